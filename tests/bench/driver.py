#!/usr/bin/env python3
"""Measures the large things on real processes and prints each figure as a line.

  driver.py BUILD_DIRECTORY [idle|payload …]      all of them when none is named
"""
import atexit
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

PAYLOAD_BYTES = 1 << 30
APP = "io.example.bench"


class Process:
    """A child whose lines are kept with the moment at which each came; ended by pid, at the latest with its block."""

    def __init__(self, *command, stderr=subprocess.STDOUT):
        self.lines = []
        self.news = threading.Condition()
        self.child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=stderr, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        atexit.register(self.end)  # Should this end in the middle of it, too.

    def _read(self):
        for line in self.child.stdout:
            with self.news:
                self.lines.append((time.monotonic(), line.rstrip("\n")))
                self.news.notify_all()
        with self.news:
            self.news.notify_all()

    def await_line(self, pattern, seconds, begin=0):
        """The moment and the match of the first line from number `begin` on that has the pattern."""
        deadline = time.monotonic() + seconds
        with self.news:
            while True:
                for moment, line in self.lines[begin:]:
                    if found := re.search(pattern, line):
                        return moment, found
                if not self.reader.is_alive() or not self.news.wait(max(0.0, deadline - time.monotonic())):
                    last = "\n".join(line for _, line in self.lines[-15:])
                    sys.exit(f"bench: waited in vain for {pattern!r}; the last lines were:\n{last}")

    def end(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.child.wait(30)
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.reader.join(5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class Relay:
    """A server, a release that runs, and the Baton between them."""

    def __init__(self, build, work, state, *options, interval="1h", listen="127.0.0.1:0", arguments=()):
        self.build, self.work = build, work
        self.hello = build / "docs/examples/hello/hello-server"
        first = self.release("1.0.0")
        self.mock = Process(build / "server-mock/baton-mock-server", "--listen", "127.0.0.1:0", "--quiet")
        self.server = self.mock.await_line(r"listening on (\S+)", 10)[1][1]
        self.baton = Process(build / "client/main/baton", "run", "--server", self.server + "/v1/update/", "--app-id",
                             APP, "--app-version", "1.0.0", "--state-dir", state, "--listen", f"web={listen}",
                             "--try", "none", "--interval", interval, "--jitter", "0s", "--log-level", "debug", *options,
                             "--", first, *arguments)
        self.state = state
        self.web = self.baton.await_line(r"listening on web=(\S+)", 20)[1][1]
        self.baton.await_line("1.0.0 serves", 20)

    def release(self, version):
        """The same program with other bytes, so that each release has a digest of its own."""
        path = self.work / f"hello-{version}"
        shutil.copy(self.hello, path)
        with open(path, "ab") as file:
            file.write(f"release {version}\n".encode())
        return path

    def offer(self, version, path):
        with open(path, "rb") as file:
            request = urllib.request.Request(f"{self.server}/mock/apps/{APP}/releases/{version}", file, method="PUT",
                                             headers={"Content-Length": str(path.stat().st_size)})
            urllib.request.urlopen(request).close()

    def update(self):
        subprocess.run([self.build / "client/main/baton", "update", "--state-dir", self.state], check=True,
                       stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.baton.end()
        self.mock.end()


def proportional_set_size(pid):
    """KiB: what is its own, and its share of what it shares."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def children(pid):
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def idle(build, parent):
    """The memory of the supervisor and the agent after the first check."""
    with tempfile.TemporaryDirectory(dir=parent, prefix="baton-bench-") as directory:
        work = pathlib.Path(directory)
        with Relay(build, work, work / "state") as relay:
            relay.offer("1.0.0", work / "hello-1.0.0")
            relay.update()
            relay.baton.await_line("no update", 10)
            time.sleep(1)
            supervisor = relay.baton.child.pid
            print(f"idle supervisor: PSS {proportional_set_size(supervisor)} KiB")
            for pid in children(supervisor):
                environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
                name = "agent" if b"BATON_ROLE=agent" in environment else "program (hello-server)"
                print(f"idle {name}: PSS {proportional_set_size(pid)} KiB")
    return True


def timed(*command):
    begun = time.monotonic()
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def role_of(pid, supervisor):
    """Which of Baton's processes that is, or None: the program's and those that are just coming or going."""
    if pid == supervisor:
        return "supervisor"
    try:
        words = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return None
    role = next((word[len(b"BATON_ROLE="):].decode() for word in words if word.startswith(b"BATON_ROLE=")), None)
    return role or None


class PeakMemory:
    """The largest PSS of each of Baton's processes while the block runs, looked at 100 times a second."""

    def __init__(self, supervisor):
        self.supervisor, self.peaks = supervisor, {}
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True)

    def _watch(self):
        while not self.over.wait(0.01):
            for pid in [self.supervisor, *children(self.supervisor)]:
                with contextlib.suppress(OSError):
                    role, used = role_of(pid, self.supervisor), proportional_set_size(pid)
                    if role:
                        self.peaks[role] = max(self.peaks.get(role, 0), used)

    def __enter__(self):
        self.watcher.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.watcher.join()


def file_of_noise(path, size):
    with open(path, "ab") as file:
        for _ in range((size - path.stat().st_size) // (1 << 20)):
            file.write(os.urandom(1 << 20))


def signed(build, work, package):
    """Signs the package, and gives back the public key."""
    baton = build / "client/main/baton"
    subprocess.run([baton, "keygen", work / "key"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run([baton, "sign", "--key", work / "key", "--app-id", APP, "--app-version", "2.0.0", package],
                   check=True, stdout=subprocess.DEVNULL)
    return work / "key.pub"


def payload(build, parent):
    """1 GiB from the offer to the release in its place, against sha256sum and cp with fsync of the same bytes."""
    with tempfile.TemporaryDirectory(dir=parent, prefix="baton-bench-") as directory:
        work = pathlib.Path(directory)
        with Relay(build, work, work / "state", "--probation", "0s", "--probation-alone", "0s") as relay:
            big = relay.release("2.0.0")
            file_of_noise(big, PAYLOAD_BYTES)
            relay.offer("2.0.0", big)
            with PeakMemory(relay.baton.child.pid) as memory:
                relay.update()
                offered, _ = relay.baton.await_line("2.0.0 offered", 30)
                fetched, _ = relay.baton.await_line("2.0.0 fetched", 300)
                staged, _ = relay.baton.await_line("2.0.0 verified and unpacked", 300)
                relay.baton.await_line("2.0.0 committed", 60)
        key = signed(build, work, big)
        digests, verifies = [], []
        for _ in range(5):
            digests.append(timed("sha256sum", big))
            verifies.append(timed(build / "client/main/baton", "verify", "--public-key", key, "--app-id", APP, big))
        digest, verify = sorted(digests)[2], sorted(verifies)[2]
        copy = timed("dd", f"if={big}", f"of={work / 'copy'}", "bs=1M", "conv=fsync", "status=none")
        size = big.stat().st_size
    print(f"payload of {size} bytes: offered to fetched {fetched - offered:.2f} s, fetched to installed "
          f"{staged - fetched:.2f} s, together {staged - offered:.2f} s")
    print(f"payload: sha256sum {digest:.2f} s, ratio {(staged - offered) / digest:.2f}; copy with fsync {copy:.2f} s, "
          f"ratio {(staged - offered) / copy:.2f}")
    print(f"payload: baton verify, signature and digest, {verify:.2f} s: {verify / digest:.2f} of sha256sum "
          f"(medians of 5)")
    print("payload: peak PSS " + ", ".join(f"{role} {used} KiB" for role, used in sorted(memory.peaks.items())))
    return True


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1]).resolve()
    wanted = sys.argv[2:] or ["idle", "payload"]
    disk = build  # A temporary directory may be a file system in memory.
    fine = True
    if "idle" in wanted:
        fine &= idle(build, disk)
    if "payload" in wanted:
        fine &= payload(build, disk)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
