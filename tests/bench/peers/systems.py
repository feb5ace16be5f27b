"""What every system has, and those whose server is a program of ours: restarts, overseer, tableflip."""
import json
import os
import pathlib
import signal
import socket
import sys
import time

from processes import Child, alive, await_true, descendants

HERE = pathlib.Path(__file__).resolve().parent
FIRST = "1.0.0"
START_MS = 100
DRAIN_SECONDS = 10
PYTHON = "/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else sys.executable


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class System:
    """One way to a new release. start() serves FIRST; hand_over() asks for another one and returns at once."""

    name = title = ""
    bad = ("exits", "hangs", "dies")  # ways in which a release may fail
    bad_title = ""                    # if what fails is not the program
    tool = None                       # the executable that must be there

    def __init__(self, place):
        self.place = place  # build directory, Go programs, tools
        self.work = self.child = None
        self.address = ""

    def missing(self):
        """Why it cannot run here; nothing if it can."""
        return self.place.missing(self.tool) if self.tool else None

    def begin(self, work):
        self.work = work
        self.address = f"127.0.0.1:{free_port()}"
        self.start()
        return self.address

    def start(self):
        raise NotImplementedError

    def hand_over(self, version, then="serves", lives_ms=0):
        raise NotImplementedError

    def tend(self):
        """Called often: what a process manager or a script would do now."""

    def settled(self):
        """Whether the next hand-off may be asked for."""
        return True

    def ready_moment(self, begun):
        """From when on the new release was at hand; only a system that fetches it knows another than `begun`."""
        return begun

    def log(self):
        return self.child.tail() if self.child else ""

    def end(self):
        if self.child:
            self.child.end(signal.SIGKILL)

    def write_release(self, version, then="serves", lives_ms=0):
        """The file that is the release, for programs that read which one they are."""
        path = self.work / "release.json"
        beside = self.work / "release.new"
        beside.write_text(json.dumps({"version": version, "then": then, "lives_ms": lives_ms, "start_ms": START_MS}))
        beside.rename(path)
        return path

    def environment(self):
        return dict(os.environ, PEERS_RELEASE=str(self.work / "release.json"))


class Program(System):
    """A single child of ours that is told to hand over by a signal."""

    number = signal.SIGHUP

    def command(self):
        raise NotImplementedError

    def start(self):
        self.write_release(FIRST)
        self.child = Child(*self.command(), env=self.environment())

    def hand_over(self, version, then="serves", lives_ms=0):
        self.write_release(version, then, lives_ms)
        self.child.tell(self.number)


class Restart(System):
    """Ends the program, starts the new one, as a process manager does; it is started again like by systemd's
    Restart=on-failure with its defaults: after 100 ms, five times in 10 s."""

    name, title = "restart", "plain restart, bound anew"
    drains = False
    held = False

    def start(self):
        self.listener = None
        if self.held:
            self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
            self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.write_release(FIRST)
        self.starts = []
        self.ended = None
        self.stopping = False
        self.spawn()

    def spawn(self):
        words = [PYTHON, HERE / "plain.py", *(["--drains"] if self.drains else [])]
        options = {"env": self.environment()}
        if self.held:
            # The shell gives it the number that LISTEN_FDS promises.
            words = ["/bin/sh", "-c", 'exec 3<&"$0"; exec "$@"', str(self.listener.fileno()), *words]
            options["pass_fds"] = [self.listener.fileno()]
        else:
            words.append(self.address)
        self.child = Child(*words, **options)
        self.starts.append(time.monotonic())

    def hand_over(self, version, then="serves", lives_ms=0):
        self.write_release(version, then, lives_ms)
        self.starts = []
        self.stopping = True
        self.child.tell(signal.SIGTERM)

    def tend(self):
        if self.child.running():
            return
        now = time.monotonic()
        self.ended = self.ended or now
        if not self.stopping and now < self.ended + 0.1:
            return
        if len([each for each in self.starts if each > now - 10]) >= 5:
            return
        self.ended, self.stopping = None, False
        self.spawn()

    def end(self):
        super().end()
        if self.listener:
            self.listener.close()


class HeldRestart(Restart):
    name, title = "held", "restart behind a held socket"
    held = True


class DrainingRestart(Restart):
    name, title = "held-drains", "the same, the program drains"
    held = drains = True


class Overseer(Program):
    name, title, tool = "overseer", "overseer 1.1.6, SIGUSR2", "go:overseer"
    number = signal.SIGUSR2

    def command(self):
        return [self.place.go / "overseer", self.address]

    def hand_over(self, version, then="serves", lives_ms=0):
        self.old = descendants(self.child.pid)
        super().hand_over(version, then, lives_ms)

    def settled(self):
        return not any(alive(pid) for pid in self.old)  # "already graceful restarting"


class Tableflip(Program):
    name, title, tool = "tableflip", "tableflip 1.2.3, SIGHUP", "go:tableflip"

    def command(self):
        return [self.place.go / "tableflip", self.address, self.work / "pid"]

    def serving(self):
        return int((self.work / "pid").read_text() or 0)

    def start(self):
        super().start()
        await_true("tableflip's pid file", lambda: (self.work / "pid").exists())

    def hand_over(self, version, then="serves", lives_ms=0):
        self.old = self.serving()
        self.write_release(version, then, lives_ms)
        if alive(self.old):
            os.kill(self.old, signal.SIGHUP)

    def settled(self):
        return not alive(self.old)  # "parent hasn't exited"
