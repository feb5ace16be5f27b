#!/usr/bin/env python3
"""Hand-offs under load with real processes: good releases, bad ones, and Baton's own processes killed in between.

  handoff.py BUILD_DIRECTORY [options] [SCENARIO …]      all of them when none is named; --list names them

  --hand-offs N     of good releases in a scenario (200)
  --connections N   kept ones (64)
  --rate N          requests a second, as many on new connections as on kept ones (600)
  --many N          hand-offs at 2,000 connections (20)
  --idle S          how long the idle supervisor is watched (60)
  --seed N          of the moments at which something is killed; printed, so that a run can be had again
  --short           a few of each, in less than a minute

What the bad candidate itself held when it died or was ended is counted apart from what failed, and bounded. Any other request
that failed is a failure of Baton, and ends this with 1. Slow ones were answered, after more than a second.
"""
import argparse
import json
import os
import pathlib
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from driver import Process, Relay, children, proportional_set_size

KINDS = ("refused", "unread", "taken", "reset", "cut", "timeout", "badStatus", "malformed")
PROBE = ("--probe-listen", "probe", "--health", "http:/healthz")
QUICK = ("--probation", "150ms", "--probation-alone", "150ms", "--drain-timeout", "10s")
SLOW = ("--probation", "20s", "--probation-alone", "20s", "--drain-timeout", "10s")
HALVES = ("--probation", "300ms", "--probation-alone", "20s", "--drain-timeout", "10s")

# What may be lost to a bad candidate: nothing; what is in flight in it as it dies; or what comes within the second in
# which a probe finds it.
NOTHING, IN_FLIGHT, A_SECOND = "nothing", "in flight", "a second's"

# How far the moment at which a line of Baton's was read here may lie from what it tells of.
SKEW = 0.5

# The actor answers one after the other: more than these it has not taken from the queue when it ends.
AT_ONCE = 16

# Each is a file of the actor's words (tests/system/Actor.cpp), or no file: a good release.
CANDIDATES = {
    #                       its lines                                         options            ends             may lose
    "dies-unready":        ("exit 3", HALVES, "taken back", NOTHING),
    "never-ready":         ("wait", HALVES + ("--ready-timeout", "700ms"), "taken back", NOTHING),
    "dies-beside":         ("after 700 exit 3\nready\nserve", SLOW, "taken back", IN_FLIGHT),
    "dies-alone":          ("after 1500 kill 11\nready\nserve", HALVES, "taken back", IN_FLIGHT),
    "leaks-descriptors":   ("ready\nleak 1000000\nserve", HALVES, "taken back", NOTHING),
    "ignores-sigterm":     ("ready\nserve\nwait", QUICK[:4] + ("--drain-timeout", "1s"), "committed", NOTHING),
    "forks-twice":         ("daemon\nready\nserve", HALVES, "taken back", NOTHING),
    "closes-listeners":    ("after 700 harm close\nready\nserve", HALVES, "taken back", IN_FLIGHT),
    "shuts-them-down":     ("after 100 harm shutdown\nready\nserve", SLOW, "taken back", IN_FLIGHT),
    "ready-by-a-child":    ("child-ready\nserve\nexit 0", QUICK, "committed", NOTHING),
    "fills-the-disk":      ("fill {state}/ballast\nready\nserve\nexit 0", QUICK, "", NOTHING),
    "spins":               ("spin\nready\nserve\nexit 0", QUICK, "committed", NOTHING),
    "answers-500":         ("health 500\nstatus 500\nready\nserve", SLOW + PROBE, "taken back", A_SECOND),
    "never-answers":       ("health 0\nstatus 0\nready\nserve", SLOW + PROBE, "taken back", A_SECOND),
    "stands-still":        ("after 50 kill 19\nready\nserve", SLOW + PROBE, "taken back", A_SECOND),
}


class Held:
    """What the candidate itself held: by how a request failed, and when. Nobody else answers by silence or with its status; where
    it accepted nothing was refused."""

    def __init__(self, may_lose, begun, ended):
        self.may_lose, self.begun, self.ended = may_lose, begun, ended
        silent = {"unread", "taken", "reset", "cut", "timeout"}
        self.kinds = {NOTHING: set(), IN_FLIGHT: silent, A_SECOND: silent | {"badStatus"}}[may_lose]

    def has(self, request):
        due, ended, _, outcome = request
        if outcome not in self.kinds or not self.begun - SKEW <= due <= self.ended + SKEW:
            return False
        return self.may_lose == A_SECOND or ended >= self.ended - SKEW  # Of one that dies: what was under way then.

    def most(self, requests, rate):
        """As many as were under way at once about its end, but not the whole queue, which all share; or as are asked in a second.
        The same beside other tests: what is under way was counted, and every other request goes to the good release."""
        if self.may_lose != IN_FLIGHT:
            return {NOTHING: 0, A_SECOND: rate}[self.may_lose]
        about = [(due, ended) for due, ended, _, _ in requests
                 if ended >= self.ended - SKEW and due <= self.ended + SKEW]
        steps = sorted([(due, 1) for due, _ in about] + [(ended, -1) for _, ended in about])
        most = now = 0
        for _, step in steps:
            now += step
            most = max(most, now)
        return min(most, AT_ONCE)


class Load:
    """The load client, with a line for each request: when it was due, when it ended, and how."""

    def __init__(self, build, work, target, options):
        self.file = work / "each"
        self.client = Process(build / "tests/support/load/baton-load", "--each", self.file, "--timeout", "5s",
                              "--json", *options, target)
        self.seconds = time.monotonic()

    def end(self):
        self.client.end()
        self.seconds = time.monotonic() - self.seconds
        said = "\n".join(line for _, line in self.client.lines)
        self.slow = json.loads(said[said.index("{"):])["slow"]
        self.requests = []
        for line in self.file.read_text().splitlines():
            due, ended, mode, outcome = line.split()[:4]
            self.requests.append((int(due) / 1e6, int(ended) / 1e6, mode, outcome))
        return self

    def failed(self, held=None):
        """What failed, and what of the candidate's own is not among it: two counts, by kind."""
        failed, lost = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
        for request in self.requests:
            if request[3] != "answered":
                (lost if held and held.has(request) else failed)[request[3]] += 1
        return failed, lost

    def longest_silence(self, modes=("new", "kept")):
        """Milliseconds between two answers, whoever gave them."""
        ends = sorted(ended for _, ended, mode, outcome in self.requests if outcome == "answered" and mode in modes)
        return max((b - a for a, b in zip(ends, ends[1:])), default=0) * 1e3

    def latencies(self, moments):
        """Milliseconds: of what was due in the second around each moment, and of all the rest."""
        around, steady = [], []
        moments = sorted(moments)
        at = 0
        for due, ended, _, outcome in sorted(self.requests):
            while at < len(moments) and moments[at] + 0.5 < due:
                at += 1
            if outcome == "answered":
                near = at < len(moments) and abs(due - moments[at]) <= 0.5
                (around if near else steady).append((ended - due) * 1e3)
        return around, steady


def quantile(values, share):
    return sorted(values)[int(share * (len(values) - 1))] if values else float("nan")


class Service(Relay):
    """A Baton with a good release, under load."""

    def __init__(self, build, work, *options, state=None, listen="127.0.0.1:0", arguments=()):
        super().__init__(build, work, state or work / "state", *options, listen=listen, arguments=arguments)
        self.number = 0

    def versions(self):
        self.number += 1
        return f"1.{self.number}.0"

    def offer_good(self):
        version = self.versions()
        path = self.release(version)
        self.offer(version, path)
        path.unlink()
        return version

    def offer_lines(self, lines):
        version = self.versions()
        path = self.work / f"actor-{version}"
        path.write_text(f"#!{self.build}/tests/system/baton-actor\n# {version}\n{lines}\n")
        self.offer(version, path)
        return version

    def becomes(self, version, word, seconds=60):
        return self.baton.await_line(re.escape(version) + " " + word, seconds)

    def held(self):
        pid = self.baton.child.pid
        zombies = sum(pathlib.Path(f"/proc/{child}/stat").read_text().rsplit(") ", 1)[1][0] == "Z"
                      for child in children(pid))
        return len(os.listdir(f"/proc/{pid}/fd")), zombies, proportional_set_size(pid)

    def moments(self, pattern):
        return [moment for moment, line in self.baton.lines if re.search(pattern, line)]

    def status(self):
        said = subprocess.run([self.build / "client/main/baton", "status", "--json", "--state-dir", self.state], check=True,
                              stdout=subprocess.PIPE)
        return json.loads(said.stdout)

    def figures(self, pattern):
        return [tuple(map(int, found.groups())) for _, line in self.baton.lines
                if (found := re.search(pattern, line))]


class Bench:
    def __init__(self, build, asked):
        self.build, self.asked = build, asked
        self.fine = True
        self.random = random.Random(asked.seed)

    def directory(self):
        return tempfile.TemporaryDirectory(dir=self.build, prefix="baton-bench-")

    def load_options(self, connections, rate):
        return ("--new", rate // 2, "--kept", rate // 2, "--connections", connections)

    def judge(self, name, load, moments, note="", held=None):
        """Nothing may have failed; what the candidate held stands beside it, and has its bound."""
        load.end()
        failed, lost = load.failed(held)
        most = held.most(load.requests, self.asked.rate) if held else 0
        around, steady = load.latencies(moments)
        kinds = lambda counts: " ".join(f"{kind} {count}" for kind, count in counts.items() if count) or "none"
        ratio = lambda a, b: f"{a / b:.2f}" if a == a and b == b and b > 0 else "-"
        p99, top = (quantile(around, 0.99), quantile(steady, 0.99)), (max(around, default=float("nan")),
                                                                    max(steady, default=float("nan")))
        good = not any(failed.values()) and sum(lost.values()) <= most and len(load.requests) > 0
        self.fine &= good
        its_own = f"; held by the candidate: {kinds(lost)} of {most} allowed" if held and held.kinds else ""
        print(f"{name:18} {len(load.requests):8} sent, failed: {kinds(failed)}{its_own}; slow {load.slow}; longest silence "
              f"{load.longest_silence():6.1f} ms; p99 {p99[1]:.1f} -> {p99[0]:.1f} ms ({ratio(*p99)}), "
              f"max {top[1]:.1f} -> {top[0]:.1f} ms ({ratio(*top)}){note}{'' if good else '   FAILED'}", flush=True)

    def same(self, name, before, after):
        """Descriptors and zombies as before; memory within what a heap is allowed to keep."""
        good = after[0] == before[0] and after[1] == before[1] and after[2] <= before[2] + 512
        self.fine &= good
        print(f"{name:18} descriptors {before[0]} -> {after[0]}, zombies {before[1]} -> {after[1]}, PSS {before[2]} -> "
              f"{after[2]} KiB{'' if good else '   FAILED'}", flush=True)

    def good(self, name, count, connections, rate, unix=False, tls=False):
        """Good releases, one after the other; nothing may be lost."""
        with self.directory() as directory:
            work = pathlib.Path(directory)
            listen = f"unix:{work}/web.sock" if unix else "127.0.0.1:0"
            certificate = ("--certificate", make_certificate(work)) if tls else ()
            with Service(self.build, work, *QUICK, listen=listen, arguments=certificate) as service:
                version = service.offer_good()  # The first one makes what all others find.
                service.update()
                service.becomes(version, "committed")
                time.sleep(1)
                before = service.held()
                load = Load(self.build, work, service.web,
                            self.load_options(connections, rate) + (("--tls",) if tls else ()))
                time.sleep(2)
                begun = time.monotonic()
                for _ in range(count):
                    version = service.offer_good()
                    service.update()
                    service.becomes(version, "committed")
                time.sleep(2)
                moments = [moment for moment in service.moments("starts beside|told to drain|committed")
                           if moment > begun]
                self.judge(name, load, moments, f"; {count} hand-offs")
                self.settled(service)
                self.same(name, before, self.quiet(service, before))
                staged = service.figures(r"was begun (\d+) us after it was staged, (\d+) us")
                drains = service.figures(r"drain signal went (\d+) us after the decision, (\d+) us")
        self.spread(name, "staged -> exec of the candidate", [us for us, _ in staged])
        self.spread(name, "… without the durable writes", [us - write for us, write in staged])
        self.spread(name, "probation's end -> drain signal", [us for us, _ in drains])
        self.spread(name, "… without the durable write", [us - write for us, write in drains])

    def settled(self, service):
        """All that drains has gone."""
        for _ in range(400):
            if len(children(service.baton.child.pid)) <= 2:
                return
            time.sleep(0.05)

    def quiet(self, service, before):
        """What it holds once nothing is under way: a step that is being written down has its file open."""
        for _ in range(20):
            after = service.held()
            if after[:2] == before[:2]:
                break
            time.sleep(0.25)
        return after

    def spread(self, name, what, values):
        if values:
            print(f"{name:18} {what}: p50 {statistics.median(values) / 1e3:.2f} ms, max {max(values) / 1e3:.2f} ms, "
                  f"n {len(values)}", flush=True)

    def bad(self, name):
        """A bad release, and a good one after it."""
        lines, options, ends, may_lose = CANDIDATES[name]
        with self.directory() as directory, small_disk(directory, name == "fills-the-disk") as disk:
            if disk is None:
                print(f"{name:18} NOT RUN: a disk that may be filled needs a mount, and root")
                return
            work = pathlib.Path(directory)
            state = disk / "state"
            with Service(self.build, work, *options, state=state) as service:
                load = Load(self.build, work, service.web, self.load_options(self.asked.connections, self.asked.rate))
                time.sleep(1)
                version = service.offer_lines(lines.format(state=state))
                service.update()
                begun, _ = service.becomes(version, "starts")
                if ends:
                    ended, _ = service.becomes(version, ends)
                    if may_lose == A_SECOND:  # It is ended once that is written down, on a disk that others use, too.
                        ended, _ = service.baton.await_line("serves on$", 60)
                else:
                    ended, _ = service.baton.await_line("No space left on device", 60)
                    (state / "ballast").unlink()
                time.sleep(1)
                good = service.offer_good()
                service.update()
                if ends == "taken back" and "20s" in options:
                    service.becomes(good, "starts beside")  # It serves; its long probation is not waited for.
                else:
                    service.becomes(good, "committed", 90)
                time.sleep(1)
                moments = service.moments("starts beside|told to drain|taken back|committed")
                self.judge(name, load, moments, held=Held(may_lose, begun, ended))

    def restart(self, count):
        """By restart: nobody is lost, and everybody waits. How long is what Baton says, and what its clients see."""
        name = "restart"
        with self.directory() as directory:
            work = pathlib.Path(directory)
            with Service(self.build, work, *QUICK, "--handoff", "restart") as service:
                load = Load(self.build, work, service.web, self.load_options(self.asked.connections, self.asked.rate))
                time.sleep(1)
                gaps = []
                for _ in range(count):
                    version = service.offer_good()
                    service.update()
                    service.becomes(version, "committed")
                    gaps.append(service.status()["gapMs"])
                time.sleep(1)
                self.judge(name, load, service.moments("told to drain|nobody accepted for|committed"),
                           f"; {count} hand-offs")
                told = len(service.moments("nobody accepted for"))
        # Those on kept connections are answered while the old one drains: the gap is that of new ones. It begins with the
        # signal, which a busy machine delivers later, and ends when Baton has read that the next one is ready.
        silence = load.longest_silence(("new",))
        good = told == count and all(gap is not None and 0 < gap <= silence + SKEW * 1e3 for gap in gaps)
        self.fine &= good
        print(f"{name:18} nobody accepted for {', '.join(str(gap) for gap in gaps)} ms; longest silence on new connections "
              f"{silence:.1f} ms{'' if good else '   FAILED'}", flush=True)

    def killed(self, number, rounds):
        """Agent and stager are killed, or stopped for a second, at any moment of an update: it comes all the same."""
        name = f"{signal.Signals(number).name.lower()}-at-random"
        with self.directory() as directory:
            work = pathlib.Path(directory)
            with Service(self.build, work, *QUICK) as service:
                load = Load(self.build, work, service.web, self.load_options(self.asked.connections, self.asked.rate))
                hit = 0
                for _ in range(rounds):
                    version = service.offer_good()
                    service.update()
                    time.sleep(self.random.random() * 0.4)
                    for pid in victims(service.baton.child.pid):
                        hit += strike(pid, number)
                    for _ in range(60):  # An agent that was killed asks again when it is told to.
                        if any(f"{version} committed" in line for _, line in service.baton.lines[-200:]):
                            break
                        time.sleep(0.5)
                        try_update(service)
                    else:
                        print(*(line for _, line in service.baton.lines[-60:]), sep="\n")
                        sys.exit(f"bench: {version} did not come after {name}; what Baton said last stands above")
                self.judge(name, load, service.moments("starts beside|told to drain|committed"),
                           f"; {rounds} updates, {hit} processes hit")

    def idle(self):
        """A supervisor with nothing to do: memory, and how often it wakes up. Memory is judged in the whole measurement alone,
        on what is shipped: a build for debugging has more of it, and more or less as others share its libraries."""
        with self.directory() as directory:
            work = pathlib.Path(directory)
            with Service(self.build, work) as service:
                service.offer("1.0.0", work / "hello-1.0.0")
                service.update()
                service.baton.await_line("no update", 10)
                pid = service.baton.child.pid
                before = settled(pid)
                time.sleep(self.asked.idle)
                woken = switches(pid) - before
                pss = proportional_set_size(pid)
        good = woken == 0 and (pss <= 2048 or self.asked.short)
        self.fine &= good
        print(f"{'idle':18} supervisor: PSS {pss} KiB, {woken} wake-ups in {self.asked.idle} s"
              f"{'' if good else '   FAILED'}", flush=True)


def settled(pid):
    """Its wake-ups so far, once there were none for 2 s, or after half a minute: what the update left to do is done by then."""
    now = switches(pid)
    for _ in range(15):
        before = now
        time.sleep(2)
        now = switches(pid)
        if now == before:
            break
    return now


def switches(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return sum(int(count) for count in re.findall(r"voluntary_ctxt_switches:\s+(\d+)", text))


def victims(supervisor):
    """Baton's own children, by their part: the agent, and the stager if there is one."""
    for pid in children(supervisor):
        try:
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"agent" in words or b"stage" in words:
            yield pid


def strike(pid, number):
    try:
        os.kill(pid, number)
        if number == signal.SIGSTOP:
            time.sleep(1)
            os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return 0
    return 1


def try_update(service):
    subprocess.run([service.build / "client/main/baton", "update", "--state-dir", service.state], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificate(work):
    """A file with a key and a certificate of its own signing."""
    made = work / "server.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", "/CN=localhost", "-keyout", work / "key.pem", "-out", work / "certificate.pem"],
                   check=True, stderr=subprocess.DEVNULL)
    made.write_text((work / "key.pem").read_text() + (work / "certificate.pem").read_text())
    return made


class small_disk:
    """The directory itself, or, where that is wanted, a file system of 96 MiB below it; None if there can be none."""

    def __init__(self, directory, wanted):
        self.place = pathlib.Path(directory)
        self.wanted = wanted

    def __enter__(self):
        if not self.wanted:
            return self.place
        self.place = self.place / "disk"
        self.place.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", self.place], check=False,
                                 stderr=subprocess.DEVNULL)
        return self.place if mounted.returncode == 0 else None

    def __exit__(self, *_):
        if self.wanted:
            subprocess.run(["umount", "-l", self.place], check=False, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--hand-offs", type=int, default=200)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rate", type=int, default=600)
    parser.add_argument("--many", type=int, default=20)
    parser.add_argument("--idle", type=int, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--list", action="store_true")
    asked = parser.parse_intermixed_args()
    if asked.short:
        asked.hand_offs, asked.rate, asked.many, asked.idle = 4, 200, 0, 3
    bench = Bench(asked.build.resolve(), asked)
    rounds = 3 if asked.short else 30
    scenarios = {
        "idle": bench.idle,
        "good": lambda: bench.good("good", asked.hand_offs, asked.connections, asked.rate),
        "good-2000": lambda: asked.many and bench.good("good-2000", asked.many, 2000, asked.rate),
        "unix": lambda: bench.good("unix", max(2, asked.hand_offs // 10), asked.connections, asked.rate, unix=True),
        "tls": lambda: bench.good("tls", max(2, asked.hand_offs // 10), asked.connections, asked.rate // 2, tls=True),
        "restart": lambda: bench.restart(max(2, asked.hand_offs // 20)),
        "sigkill": lambda: bench.killed(signal.SIGKILL, rounds),
        "sigstop": lambda: bench.killed(signal.SIGSTOP, rounds),
    }
    scenarios.update({name: (lambda name=name: bench.bad(name)) for name in CANDIDATES})
    if asked.list:
        print("\n".join(scenarios))
        return 0
    few = ["idle", "good", "restart", "dies-unready", "dies-beside", "dies-alone", "answers-500", "ready-by-a-child", "sigkill"]
    wanted = asked.scenarios or (few if asked.short else list(scenarios))
    print(f"seed {asked.seed}; {asked.rate} requests a second, {asked.connections} kept connections", flush=True)
    for name in wanted:
        if name not in scenarios:
            sys.exit(f"handoff.py: there is no scenario {name!r}; --list names them")
        scenarios[name]()
    return 0 if bench.fine else 1


if __name__ == "__main__":
    sys.exit(main())
