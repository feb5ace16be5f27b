"""All runs of the bench, interleaved, and what came of them."""
import dataclasses
import os
import platform
import random
import sys
import time

import runs
from figures import Tally, verdict
from processes import Trouble
from systems import FIRST

SEED = 20260101


@dataclasses.dataclass
class Load:
    options: list
    idle: float = 0.0   # seconds between two uses of a kept connection: each is used once before the first hand-off
    rounds: int = 1000  # no more than so many, of what takes long


LOADS = {"new": Load(["--new", "1000"]), "kept": Load(["--kept", "1000", "--connections", "64"]),
         "idle": Load(["--kept", "500", "--connections", "1000"], 2.0, 1)}
BAD_LOAD = ["--new", "200"]
NOTHING_LOST = {"baton", "baton-python", "baton-go", "baton-restart"}
NOTHING_LOST_BY_BAD = {"baton", "baton-python", "baton-go"}
GOOD, BAD = "5s", "2s"  # after which a request has failed


class Full:
    rounds, handoffs = 2, 2
    steady, spacing, patience, slow = 0.6, 1.3, 11.0, 5.0
    lives_ms, bad_steady, observed = 1000, 0.4, 3.2
    loads, fates = list(LOADS), ["exits", "hangs", "dies"]


class Short(Full):
    rounds, handoffs = 1, 1
    steady, spacing, patience = 0.3, 1.0, 2.0
    lives_ms, observed = 600, 2.2
    loads, fates = ["new", "kept"], ["dies"]


class Bench:
    """All of it in one run. A system that cannot be measured is left out from then on, and named."""

    def __init__(self, place, mode, chosen, scratch):
        self.place, self.mode, self.chosen, self.scratch = place, mode, chosen, scratch
        self.chance = random.Random(SEED)
        self.tallies, self.found, self.troubles = {}, {}, {}

    def shuffled(self, wanted):
        order = [kind for kind in self.chosen if wanted(kind)]
        self.chance.shuffle(order)
        return [kind for kind in order if kind.name not in self.troubles]

    def drive(self, kind, load, timeout, act):
        system = kind(self.place)
        try:
            return runs.drive(system, self.place, load, timeout, lambda: act(system, self.mode), self.scratch)
        except Trouble as trouble:
            self.troubles[kind.name] = str(trouble)
            say(f"{kind.name} could not be measured: {trouble}")
            return None

    def under_load(self):
        for number in range(self.mode.rounds):
            for load in (each for each in self.mode.loads if number < LOADS[each].rounds):
                for kind in self.shuffled(lambda each: each.title):
                    done = self.drive(kind, LOADS[load].options, GOOD, lambda system, mode, load=load, number=number:
                                      runs.hand_over(system, mode, number, LOADS[load].idle))
                    if done:
                        self.tallies.setdefault((kind.name, load), Tally()).add(*done, FIRST)
                        say(f"{load:5} {kind.name:18} {failed(done[0])}")

    def bad_releases(self):
        self.place.bad = True
        for then in self.mode.fates:
            for kind in self.shuffled(lambda each, then=then: then in each.bad):
                done = self.drive(kind, BAD_LOAD, BAD, lambda system, mode, then=then: runs.fail(system, mode, then))
                if done:
                    requests, (begun, end) = done
                    self.found[kind.name, then] = verdict(requests, begun, "2.0.0", end)
                    say(f"{then:5} {kind.name:18} {failed(requests)}")

    def report(self):
        measured = [kind for kind in self.chosen if kind.name not in self.troubles]
        return {
            "date": time.strftime("%Y-%m-%d", time.gmtime()), "cores": os.cpu_count(), "kernel": platform.release().partition("-")[0],
            "seconds": round(time.monotonic() - BEGUN), "seed": SEED,
            "underLoad": [{"system": kind.name, "title": kind.title,
                           **{load: self.tallies[kind.name, load].summary() for load in self.mode.loads}}
                          for kind in measured if kind.title],
            "badReleases": [{"system": kind.name, "title": kind.bad_title or kind.title,
                             **{then: self.found[kind.name, then] for then in self.mode.fates if then in kind.bad}}
                            for kind in measured if any(then in kind.bad for then in self.mode.fates)],
            "failed": self.troubles,
        }

    def batons_fault(self):
        """What Baton must not lose, and has."""
        lost = [f"{name}, {load}" for (name, load), tally in self.tallies.items()
                if name in NOTHING_LOST and tally.failures]
        return lost + [f"{name}, {then}" for (name, then), found in self.found.items()
                       if name in NOTHING_LOST_BY_BAD and then != "dies" and found["failed"]]


def failed(requests):
    return f"{len(requests)} requests, {sum(each.outcome != 'answered' for each in requests)} failed"


def say(line):
    print(f"[{time.monotonic() - BEGUN:5.0f} s] {line}", file=sys.stderr, flush=True)


BEGUN = time.monotonic()
