"""Baton in front of its own example, of plain programs, and by restart. A release comes the whole way: offered by a server,
fetched, verified, installed, handed over."""
import json
import pathlib
import shlex
import subprocess
import urllib.request

from processes import Child
from systems import FIRST, HERE, PYTHON, START_MS, System

APP = "io.example.peers"
# What a release is that fails, as a line of shell before the program is executed.
FATES = {"serves": "", "exits": "exit 3", "hangs": "exec sleep 3600", "dies": "(sleep {0}; kill -KILL $$) &"}


class Baton(System):
    """Each release is a script that executes the program, with the program's bytes behind it so that it has its size."""

    name, title = "baton", "Baton, hello-server"
    bad_title = title + ", on probation"
    options = ()
    probation = ("300ms", "300ms")
    bad_probation = ("1s", "3s")  # longer than a release lives that dies
    program_tool = None

    def missing(self):
        return self.place.missing(self.program_tool) if self.program_tool else None

    def program(self):
        """The executable, its arguments, and what stands before it."""
        return self.place.build / "docs/examples/hello/hello-server", [], f"sleep {START_MS / 1000}"

    def release(self, version, then="serves", lives_ms=0):
        executable, words, before = self.program()
        fate = FATES[then].format((START_MS + lives_ms) / 1000)
        settings = json.dumps({"version": version, "then": "serves", "lives_ms": 0, "start_ms": START_MS})
        data = self.work / f"{version}.json"
        data.write_text(settings)
        line = " ".join(shlex.quote(str(word)) for word in [executable, *words])
        path = self.work / f"server-{version}"
        path.write_bytes(f"#!/bin/sh\n{fate}\n{before}\nPEERS_RELEASE={shlex.quote(str(data))} exec {line}\n".encode()
                         + executable.read_bytes())
        path.chmod(0o755)
        return path

    def start(self):
        self.asked = []
        self.server = Child(self.place.build / "server-mock/baton-mock-server", "--listen", "127.0.0.1:0", "--quiet")
        self.omaha = self.server.await_line(r"listening on (\S+)")[1][1]
        first = self.offer(FIRST)
        beside, alone = self.bad_probation if self.place.bad else self.probation
        self.child = Child(self.place.build / "client/main/baton", "run", "--server", self.omaha + "/v1/update/",
                           "--app-id", APP, "--app-version", FIRST, "--state-dir", self.work / "state",
                           "--listen", f"web={self.address}", "--try", "none", "--interval", "1h", "--jitter", "0s",
                           "--ready-timeout", "2s", "--drain-timeout", "10s", "--probation", beside,
                           "--probation-alone", alone, *self.options, "--", first)
        self.child.await_line(FIRST + " serves")
        self.child.await_line("no update")
        self.version = FIRST

    def offer(self, version, then="serves", lives_ms=0):
        path = self.release(version, then, lives_ms)
        with open(path, "rb") as file:
            request = urllib.request.Request(f"{self.omaha}/mock/apps/{APP}/releases/{version}", file, method="PUT",
                                             headers={"Content-Length": str(path.stat().st_size)})
            urllib.request.urlopen(request).close()
        return path

    def hand_over(self, version, then="serves", lives_ms=0):
        self.offer(version, then, lives_ms)
        self.version = version
        self.asked.append(subprocess.Popen([self.place.build / "client/main/baton", "update", "--state-dir",
                                            self.work / "state"], stdout=subprocess.DEVNULL))

    def ready_moment(self, begun):
        staged = self.child.find(rf"{self.version} verified and unpacked")
        return staged[0] if staged else begun

    def settled(self):
        return self.child.find(rf"{self.version} committed") is not None

    def end(self):
        for each in self.asked:
            each.wait()
        if self.child:
            self.child.end()
        self.server.end()


class Plain(Baton):
    """A small Python program that drains."""

    name, title = "baton-python", "Baton, a plain Python program"
    bad_title = title + ", on probation"

    def program(self):
        return pathlib.Path(PYTHON), [HERE / "plain.py", "--drains"], ""

class PlainGo(Baton):
    name, title, program_tool = "baton-go", "Baton, a plain Go program", "go:plain"
    bad_title = title + ", on probation"

    def program(self):
        return self.place.go / "plain", [], ""


class ShutdownGo(PlainGo):
    """The same program, which leaves by http.Server.Shutdown: what the program loses, no supervisor can keep."""

    name, title = "baton-go-shutdown", "the same, leaving by http.Server.Shutdown"
    bad = ()

    def program(self):
        return self.place.go / "plain", ["shutdown"], ""


class ByRestart(Plain):
    name, title = "baton-restart", "Baton, --handoff restart, the Python program"
    bad_title = "Baton, --handoff restart, on probation"
    options = ("--handoff", "restart")


class Committed(Plain):
    """A release that dies when it has been committed: started again, and taken back after the third time."""

    name, title = "baton-committed", ""
    bad_title = "Baton, --restart on-failure, after the commit"
    bad = ("dies",)
    options = ("--restart", "on-failure")
    bad_probation = ("300ms", "300ms")
