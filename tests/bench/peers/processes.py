"""Processes of the bench: a child with its lines, and the end of everything that was started, by pid."""
import contextlib
import ctypes
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

PR_SET_CHILD_SUBREAPER = 36


class Trouble(Exception):
    """A system that could not be started, or a client that failed: this measurement has no figures."""


def adopt_orphans():
    """Daemons and the children of whoever dies become ours, so that they can be found and ended."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def end_all():
    """Ends every process that came of us, daemons too."""
    for _ in range(100):
        left = descendants(os.getpid())
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not left:
            return
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0] != 0:
                pass
        time.sleep(0.01)


def alive(pid):
    """Whether it runs; a zombie does not."""
    with contextlib.suppress(OSError, IndexError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def await_true(what, question, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise Trouble(f"waited in vain for {what}")
        time.sleep(0.005)
    return answer


class Child:
    """Its lines are kept with the moment at which each came."""

    def __init__(self, *command, **options):
        self.lines = []
        self.news = threading.Condition()
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                        **options)
        self.pid = self.process.pid
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.lines.append((time.monotonic(), line.rstrip("\n")))
                self.news.notify_all()
        with self.news:
            self.news.notify_all()

    def find(self, pattern):
        """The moment of the first line that has the pattern, and the match; nothing if there is none yet."""
        with self.news:
            for moment, line in self.lines:
                if found := re.search(pattern, line):
                    return moment, found
        return None

    def await_line(self, pattern, seconds=15.0):
        deadline = time.monotonic() + seconds
        while not (found := self.find(pattern)):
            with self.news:
                if not self.reader.is_alive() or not self.news.wait(max(0.0, min(0.5, deadline - time.monotonic()))):
                    if not self.reader.is_alive() or time.monotonic() > deadline:
                        raise Trouble(f"waited in vain for {pattern!r}; the last lines:\n{self.tail()}")
        return found

    def tail(self):
        return "\n".join(line for _, line in self.lines[-15:])

    def running(self):
        return self.process.poll() is None

    def tell(self, number):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def end(self, number=signal.SIGTERM, seconds=2.0):
        """Its exit code; killed if it takes longer."""
        if self.running():
            self.tell(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return self.process.returncode
