"""go-omaha's trivial server updates a service through Baton; go-omaha's client reads Baton's mock server."""
import json
import pathlib
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from peers import Baton, Payload, build_go, eventually, expect, process, run

APP = "io.example.web"


def line_of(log):
    return next(iter(log.read_text().splitlines()), "")


def its_server(build, tools, scratch, release):
    print(" its server, our client")
    log = scratch / "server.log"
    command = [tools / "server", "1.1.0", release["1.1.0"].path]
    with process(command, log, stdin=subprocess.PIPE):
        address = eventually("its address", lambda: line_of(log))
        with Baton(build, scratch, f"http://{address}", APP, "stable", release["1.0.0"]).running() as baton:
            baton.update()
            eventually("1.1.0", lambda: baton.version() == "1.1.0" and baton.ask("status")["state"] == "serving")
            history = eventually("the line", lambda: baton.ask("history"))
            expect("outcome", history["outcome"], "committed")
            expect("update --wait again", baton.update(), 0)
            expect("last check", baton.ask("status")["lastCheckResult"], "noupdate: 1.1.0 is what the server has")


def its_client(build, tools, scratch, release):
    print(" its client, our server")
    log = scratch / "mock.log"
    payload = release["1.1.0"]
    mock = next(pathlib.Path(build).rglob("baton-mock-server"))
    command = [mock, "--listen", "127.0.0.1:0", "--publish", f"{APP}=1.1.0={payload.path}"]
    with process(command, log):
        url = eventually("our address", lambda: line_of(log).partition("listening on ")[2])
        done = subprocess.run([tools / "client", url, APP, "1.0.0"], capture_output=True, text=True, check=False,
                              timeout=60)
        expect("its complaint", done.stderr, "")
        seen = json.loads(done.stdout)
        expect("version", seen["version"], "1.1.0")
        expect("name and size", (seen["name"], seen["size"]), (payload.path.name, payload.size))
        expect("SHA-1", seen["sha1"], payload.sha1)
        expect("the action's SHA-256", seen["actionSha256"], payload.sha256)
        expect("the bytes' SHA-256", seen["bytesSha256"], payload.sha256)
        expect("the check afterwards", seen["again"], "omaha: update status noupdate")
        with urllib.request.urlopen(f"{url}/mock/requests") as answer:
            asked = [one["request"]["app"][0] for one in json.load(answer) if "request" in one]
        told = [(event["eventtype"], event.get("eventresult", 0)) for app in asked for event in app.get("event", [])]
        expect("events that we read", told, [(3, 2), (13, 1), (14, 1), (3, 1), (3, 2), (3, 2)])


def test(build, folder, scratch):
    tools = build_go(pathlib.Path(__file__).resolve().parent, folder, ["server", "client"])
    hello = next(pathlib.Path(build).rglob("hello-server"))
    release = {version: Payload(hello, version, scratch) for version in ("1.0.0", "1.1.0")}
    its_server(build, tools, scratch, release)
    its_client(build, tools, scratch, release)


run(test, sys.argv[1], sys.argv[2])
