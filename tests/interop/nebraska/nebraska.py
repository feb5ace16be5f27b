"""Baton updates a service through Nebraska; what Nebraska shows its operators is held against what happened."""
import contextlib
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from peers import Baton, Payload, build_go, eventually, expect, files_over_http, free_port, not_run, process, run

MODULE = "github.com/flatcar/nebraska/backend"

# Its numbers.  [backend/pkg/api: instances.go, packages.go, arch.go]
UNDEFINED, GRANTED, ERROR, COMPLETE, INSTALLED, DOWNLOADED, DOWNLOADING, ON_HOLD = 1, 2, 3, 4, 5, 6, 7, 8
FLATCAR, OTHER = 1, 4
AMD64 = 1


def postgres_binaries():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        not_run("PostgreSQL's server is not on this machine (Debian: postgresql)")
    return found[-1].parent


@contextlib.contextmanager
def postgres(scratch):
    """A cluster of its own on a unix socket; the address of its database. PostgreSQL refuses to be root."""
    binaries = postgres_binaries()
    folder = pathlib.Path(subprocess.check_output(["mktemp", "-d", "/tmp/baton-pg-XXXXXX"], text=True).strip())
    user = {}
    if os.geteuid() == 0:
        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            not_run("there is no user postgres to run PostgreSQL as")
        os.chown(folder, account.pw_uid, account.pw_gid)
        user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    try:
        subprocess.run([binaries / "initdb", "-D", folder / "data", "-A", "trust", "-U", "nebraska", "-E", "UTF8"],
                       check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        command = [binaries / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        with process(command, scratch / "postgres.log", cwd=folder, **user):
            eventually("PostgreSQL answers", lambda: subprocess.run(
                [binaries / "createdb", "-h", folder, "-U", "nebraska", "nebraska_test"], capture_output=True, check=False,
                cwd=folder, **user).returncode == 0)
            yield f"postgres://nebraska@/nebraska_test?host={folder}&sslmode=disable"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Nebraska:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.omaha = f"{self.url}/v1/update/"
        self.packages = 0

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, headers={"Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def is_up(self):
        try:
            return self.call("GET", "/api/apps") is not None
        except (urllib.error.URLError, ValueError):
            return False

    def add_app(self, name):
        self.app = self.call("POST", "/api/apps", {"name": name})["id"]

    def add_group(self, track, channel):
        self.group_settings = {"name": track, "track": track, "channel_id": channel, "policy_updates_enabled": True,
                               "policy_safe_mode": False, "policy_office_hours": False, "policy_timezone": "Europe/Berlin",
                               "policy_period_interval": "15 minutes", "policy_max_updates_per_period": 50,
                               "policy_update_timeout": "60 minutes"}
        self.group = self.call("POST", f"/api/apps/{self.app}/groups", self.group_settings)["id"]

    def change_group(self, **settings):
        self.group_settings.update(settings)
        self.call("PUT", f"/api/apps/{self.app}/groups/{self.group}", self.group_settings)

    def add_package(self, payload, url, kind=FLATCAR, beside=()):
        package = {"application_id": self.app, "type": kind, "arch": AMD64, "url": url, "filename": payload.path.name,
                   "version": payload.version, "size": str(payload.size), "hash": payload.sha1, "description": "",
                   "channels_blacklist": []}
        if kind == FLATCAR:
            package["flatcar_action"] = {"sha256": payload.sha256}
        package["extra_files"] = [{"name": one.path.name, "size": str(one.size), "hash": one.sha1, "hash256": one.sha256}
                                  for one in beside]
        return self.call("POST", f"/api/apps/{self.app}/packages", package)["id"]

    def offer(self, package):
        settings = {"application_id": self.app, "arch": AMD64, "color": "#333333", "name": "test", "package_id": package}
        if not hasattr(self, "channel"):
            self.channel = self.call("POST", f"/api/apps/{self.app}/channels", settings)["id"]
        else:
            self.call("PUT", f"/api/apps/{self.app}/channels/{self.channel}", settings)

    def instance(self, machine):
        return self.call("GET", f"/api/apps/{self.app}/groups/{self.group}/instances/{machine}")["application"]

    def history(self, machine):
        """What its operators see, the oldest first."""
        path = f"/api/apps/{self.app}/groups/{self.group}/instances/{machine}/status_history?limit=50"
        return list(reversed(self.call("GET", path) or []))

    def states(self, machine, version):
        return [one["status"] for one in self.history(machine) if one["version"] == version]

    def errors(self, machine):
        return [one["error_code"] for one in self.history(machine) if one["status"] == ERROR]


@contextlib.contextmanager
def nebraska(folder, scratch):
    server = build_go(pathlib.Path(__file__).resolve().parent, folder, [f"{MODULE}/cmd/nebraska"]) / "nebraska"
    static = scratch / "static"
    static.mkdir()
    (static / "index.html").write_text("<html>front end</html>")
    port = free_port()
    with postgres(scratch) as database:
        command = [server, "-auth-mode", "noop", "-http-static-dir", static, "-port", port]
        with process(command, scratch / "nebraska.log", cwd=scratch, env=dict(os.environ, NEBRASKA_DB_URL=database)):
            one = Nebraska(port)
            eventually("Nebraska answers", one.is_up)
            yield one


def test(build, folder, scratch):
    examples = pathlib.Path(build)
    hello = next(examples.rglob("hello-server"))
    broken = next(examples.rglob("hello-broken"))
    payloads = scratch / "payloads"
    payloads.mkdir()
    release = {version: Payload(program, version, payloads)
               for version, program in {"1.0.0": hello, "1.1.0": hello, "1.2.0": broken, "1.3.0": hello,
                                        "1.4.0": hello, "1.5.0": hello}.items()}
    with files_over_http(payloads) as url, nebraska(folder, scratch) as server:
        server.add_app("io.example.web")
        package = {version: server.add_package(one, url) for version, one in release.items() if version not in ("1.4.0", "1.5.0")}
        server.offer(package["1.1.0"])
        server.add_group("stable", server.channel)
        server.change_group(policy_updates_enabled=False)
        with Baton(build, scratch, server.omaha, server.app, "stable", release["1.0.0"]).running() as baton:
            steps(server, baton, package, release, url)


def steps(server, baton, package, release, url):
    machine = baton.machine()

    print(" a paused group")
    eventually("the sentence", lambda: baton.said("updates are switched off for this track"))
    expect("errors", server.errors(machine), [])
    expect("states", [one["status"] for one in server.history(machine)], [])
    expect("the instance's state", server.instance(machine)["status"] or UNDEFINED, UNDEFINED)
    expect("Nebraska's version", server.instance(machine)["version"], "1.0.0")
    expect("in progress", server.instance(machine)["update_in_progress"], False)
    expect("running", baton.version(), "1.0.0")

    print(" a success")
    server.change_group(policy_updates_enabled=True)
    expect("update --wait", baton.update(), 0)
    expect("running", baton.version(), "1.1.0")
    eventually("the last event", lambda: server.instance(machine)["status"] == COMPLETE)
    expect("states", server.states(machine, "1.1.0"), [GRANTED, DOWNLOADING, DOWNLOADED, INSTALLED, COMPLETE])
    expect("Nebraska's version", server.instance(machine)["version"], "1.1.0")
    expect("in progress", server.instance(machine)["update_in_progress"], False)

    print(" a rollback")
    server.offer(package["1.2.0"])
    expect("update --wait", baton.update(), 70)
    expect("running", baton.version(), "1.1.0")
    eventually("the last event", lambda: server.instance(machine)["status"] == ERROR)
    expect("states", server.states(machine, "1.2.0"), [GRANTED, DOWNLOADING, DOWNLOADED, INSTALLED, ERROR])
    expect("error code", server.errors(machine), ["44"])
    expect("Nebraska's version", server.instance(machine)["version"], "1.1.0")

    print(" a rollout policy that refuses")
    server.offer(package["1.3.0"])
    server.change_group(policy_max_updates_per_period=1)  # Two were granted already.
    baton.update()
    eventually("the sentence", lambda: baton.said("enough machines update in this period"))
    expect("running", baton.version(), "1.1.0")
    expect("on hold", server.instance(machine)["status"], ON_HOLD)

    print(" a success after that")
    server.change_group(policy_updates_enabled=True, policy_max_updates_per_period=50)
    expect("update --wait", baton.update(), 0)
    eventually("the last event", lambda: server.instance(machine)["status"] == COMPLETE)
    expect("running", baton.version(), "1.3.0")

    print(" a package with extra files")
    extra = Payload(release["1.0.0"].path, "words", release["1.0.0"].path.parent)
    server.offer(server.add_package(release["1.4.0"], url, beside=[extra]))
    expect("update --wait", baton.update(), 0)
    eventually("the last event", lambda: server.instance(machine)["status"] == COMPLETE)
    expect("running", baton.version(), "1.4.0")
    expect("the extra file's bytes", (baton.state / "current" / extra.path.name).read_bytes() == extra.path.read_bytes(), True)

    print(" a package without a SHA-256")
    server.offer(server.add_package(release["1.5.0"], url, OTHER))
    baton.update()
    eventually("the sentence", lambda: baton.said("has no SHA-256 (SHA-1 proves nothing)"))
    eventually("the event", lambda: server.instance(machine)["status"] == ERROR)
    expect("error codes", server.errors(machine), ["44", "38"])
    expect("running", baton.version(), "1.4.0")


run(test, sys.argv[1], sys.argv[2])
