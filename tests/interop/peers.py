"""What the drivers of the peers share: processes that end with their block, a Baton on a directory of its own, files over
HTTP, and expectations that say what they saw."""
import base64
import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time

NOT_RUN = 77
PATIENCE = 60.0


def not_run(why):
    print(f"NOT RUN: {why}")
    sys.exit(NOT_RUN)


def demand_tools(*names):
    for name in names:
        if shutil.which(name) is None:
            not_run(f"{name} is not on this machine")


def build_go(module, folder, programs):
    """Built from the module proxy: versions are in go.mod, digests in go.sum. The folder where the programs are."""
    demand_tools("go")
    # The checksum database does not know each of these modules; go.sum, which is in the tree, does.
    environment = dict(os.environ, GONOSUMDB="github.com/flatcar/*", GOFLAGS="-mod=readonly", GOTOOLCHAIN="local")
    folder.mkdir(parents=True, exist_ok=True)
    for program in programs:
        package = program if "." in program else f"./{program}"
        built = subprocess.run(["go", "build", "-o", folder / program.rpartition("/")[2], package], cwd=module,
                               env=environment, capture_output=True, text=True, check=False)
        if built.returncode != 0 and "dial tcp" in built.stderr:
            not_run("the Go module proxy cannot be reached")
        if built.returncode != 0:
            raise AssertionError(f"go build {program}: {built.stderr[-2000:]}")
    return folder


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def eventually(what, question, seconds=PATIENCE):
    """The first answer that is true."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for: {what}")
        time.sleep(0.1)


def expect(what, seen, wanted):
    if seen != wanted:
        raise AssertionError(f"{what}: {seen!r} instead of {wanted!r}")
    print(f"  {what}: {seen!r}")


@contextlib.contextmanager
def process(command, log, **options):
    """A child that writes into the file `log`; ended by its pid, at the latest with the block."""
    options.setdefault("stdin", subprocess.DEVNULL)
    with open(log, "wb") as out:
        child = subprocess.Popen([str(word) for word in command], stdout=out, stderr=out, **options)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class Payload:
    """A release's bytes: one of the example's programs with its version behind it, so that no two are the same."""

    def __init__(self, program, version, folder):
        self.version = version
        self.path = pathlib.Path(folder) / f"server-{version}"
        shutil.copy(program, self.path)
        with open(self.path, "ab") as out:
            out.write(version.encode())
        data = self.path.read_bytes()
        self.size = len(data)
        self.sha1 = base64.b64encode(hashlib.sha1(data).digest()).decode()
        self.sha256 = base64.b64encode(hashlib.sha256(data).digest()).decode()


@contextlib.contextmanager
def files_over_http(folder):
    """The address of the folder, with a slash at its end."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def __init__(self, *words):
            super().__init__(*words, directory=str(folder))

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()


class Baton:
    """`baton run` of the example service, at a server that is not ours."""

    def __init__(self, build, folder, server, app, track, payload, options=()):
        self.executable = pathlib.Path(build) / "bin" / "baton"
        if not self.executable.exists():
            self.executable = next(pathlib.Path(build).rglob("baton"))
        self.state = pathlib.Path(folder) / "state"
        self.log = pathlib.Path(folder) / "baton.log"
        self.command = [self.executable, "run", "--server", server, "--app-id", app, "--track", track, "--app-version",
                        payload.version, "--state-dir", self.state, "--listen", "web=127.0.0.1:0", "--probation", "300ms",
                        "--interval", "1h", "--jitter", "1ms", *options, "--", payload.path]

    @contextlib.contextmanager
    def running(self):
        with process(self.command, self.log):
            eventually("baton serves", lambda: self.ask("status").get("state") == "serving")
            eventually("baton's first check", lambda: self.ask("status").get("lastCheck"))
            yield self

    def ask(self, *words):
        done = subprocess.run([self.executable, *words, "--state-dir", self.state, "--json"], capture_output=True,
                              text=True, check=False)
        try:
            return json.loads(done.stdout)
        except ValueError:
            return {}

    def update(self):
        """Asks now, and waits for the end; the exit code."""
        return subprocess.run([self.executable, "update", "--wait", "--state-dir", self.state], capture_output=True,
                              check=False, timeout=120).returncode

    def version(self):
        return self.ask("status")["release"]["version"]

    def machine(self):
        return (self.state / "downloads" / "machine-id").read_text().strip()

    def said(self, text):
        return text in self.log.read_text(errors="replace")


def run(test, build, folder):
    """Calls test(build, folder, scratch) with an empty scratch folder; what it left there is shown when it fails."""
    scratch = pathlib.Path(folder) / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        test(build, pathlib.Path(folder), scratch)
    except BaseException as error:
        if not isinstance(error, SystemExit):
            for log in sorted(scratch.rglob("*.log")):
                print(f"---- {log.name}:\n{log.read_text(errors='replace')[-6000:]}", file=sys.stderr)
            print(f"failed: {error}", file=sys.stderr)
        raise
    shutil.rmtree(scratch)
