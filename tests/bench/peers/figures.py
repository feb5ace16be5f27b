"""What the lines of the load client mean: failures by kind, latencies far from and around a hand-off, gaps. No I/O."""
import collections
import dataclasses

AROUND_SECONDS = 1.0
SETTLING_SECONDS = 0.5


@dataclasses.dataclass
class Request:
    due: float  # seconds of the monotonic clock
    ended: float
    outcome: str  # "answered", or the kind of failure
    version: str = ""


@dataclasses.dataclass
class HandOff:
    begun: float  # when it was asked for
    version: str
    ready: float = 0.0  # from when on the new release was to be had; begun, if nobody says


def parse(text):
    requests = []
    for line in text.splitlines():
        due, ended, _, outcome, *version = line.split(" ")
        requests.append(Request(int(due) / 1e6, int(ended) / 1e6, outcome, "".join(version)))
    return sorted(requests, key=lambda each: each.ended)


def quantile(values, share):
    """By the nearest rank below, as the load client has it; nothing of nothing."""
    ordered = sorted(values)
    return ordered[int(share * (len(ordered) - 1))] if ordered else None


def first_answer(requests, version):
    return next((each.ended for each in requests if each.version == version), None)


def last_answer(requests, version):
    return next((each.ended for each in reversed(requests) if each.version == version), None)


def windows(requests, handoffs):
    """From when each was asked for to a second later, or until the new release has answered for half a second."""
    found = []
    for each in handoffs:
        answered = first_answer(requests, each.version) or each.begun
        found.append((each.begun, max(each.begun + AROUND_SECONDS, answered + SETTLING_SECONDS)))
    return found


def within(moment, spans):
    return any(begin <= moment < end for begin, end in spans)


def gaps(requests):
    """Each time between two answers, as its begin and its end."""
    moments = [each.ended for each in requests if each.outcome == "answered"]
    return list(zip(moments, moments[1:]))


class Tally:
    """What one system did in one mode, over all rounds. Times in milliseconds."""

    def __init__(self):
        self.sent = 0
        self.failures = collections.Counter()
        self.steady, self.around = [], []
        self.steady_gaps, self.around_gaps = [], []
        self.first, self.last = [], []
        self.handoffs = self.missed = 0

    def add(self, requests, handoffs, old):
        spans = windows(requests, handoffs)
        self.sent += len(requests)
        self.failures.update(each.outcome for each in requests if each.outcome != "answered")
        for each in requests:
            if each.outcome == "answered":
                (self.around if within(each.due, spans) else self.steady).append((each.ended - each.due) * 1e3)
        for earlier, later in gaps(requests):
            # A gap belongs to a hand-off if it touches it.
            near = any(begin <= later and earlier < end for begin, end in spans)
            (self.around_gaps if near else self.steady_gaps).append((later - earlier) * 1e3)
        for each in handoffs:
            self.handoffs += 1
            first = first_answer(requests, each.version)
            if first is None:
                self.missed += 1
            else:
                self.first.append((first - (each.ready or each.begun)) * 1e3)
                if (last := last_answer(requests, old)) is not None:
                    self.last.append((last - (each.ready or each.begun)) * 1e3)
            old = each.version

    def summary(self):
        def three(values):
            return {"p50": quantile(values, 0.5), "p99": quantile(values, 0.99), "max": quantile(values, 1)}

        return {"sent": self.sent, "failed": sum(self.failures.values()), "failures": dict(sorted(self.failures.items())),
                "handoffs": self.handoffs, "neverAnswered": self.missed,
                "steadyMs": three(self.steady), "aroundMs": three(self.around),
                "longestGapMs": {"steady": max(self.steady_gaps, default=None),
                                 "around": max(self.around_gaps, default=None)},
                "firstOfNewMs": three(self.first), "lastOfOldMs": three(self.last)}


def verdict(requests, trigger, new, until):
    """What a bad release did: who answers in the last half second, and whether that is the old one after the new."""
    late = [each for each in requests if each.outcome == "answered" and each.ended > until - SETTLING_SECONDS]
    serving = late[-1].version if late else None
    taken_over = first_answer(requests, new) is not None
    failed = collections.Counter(each.outcome for each in requests if each.outcome != "answered")
    gap = max((later - earlier for earlier, later in gaps(requests) if later > trigger), default=None)
    return {"sent": len(requests), "failed": sum(failed.values()), "failures": dict(sorted(failed.items())),
            "tookOver": taken_over, "serving": serving, "rolledBack": bool(taken_over and serving and serving != new),
            "longestGapMs": None if gap is None else gap * 1e3}
