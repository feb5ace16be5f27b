"""One run: a system under one load, with its hand-offs or its bad release."""
import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import tempfile
import time

from figures import HandOff, parse
from processes import Child, Trouble, await_true, end_all


def drive(system, place, load, timeout, act, scratch):
    """Starts the system and the load, calls act(), ends both; the requests, and what act() returned."""
    work = pathlib.Path(tempfile.mkdtemp(prefix=system.name + "-", dir=scratch))
    work.chmod(0o755)
    client = None
    try:
        address = system.begin(work)
        await_true("its first answer", lambda: answers(address))
        lines = work / "requests"
        client = Child(place.build / "tests/support/load/baton-load", *load, "--timeout", timeout,
                       "--each", lines, "--json", address)
        await_true("the load's first answers", lambda: lines.exists() and lines.stat().st_size > 0)
        came = act()
        client.end(signal.SIGTERM, 20)
        return parse(lines.read_text()), came
    except Trouble as trouble:
        raise Trouble(f"{system.title or system.bad_title}: {trouble}\n{system.log()}") from trouble
    finally:
        try:
            system.end()
        finally:
            end_all()
            shutil.rmtree(work, ignore_errors=True)


def answers(address):
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(address, timeout=1)
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    return False


def tend(system, until, done=lambda: False):
    while time.monotonic() < until and not done():
        system.tend()
        time.sleep(0.01)


def hand_over(system, mode, round_number, idle=0.0):
    """The hand-offs of one run; each begins when the one before has settled."""
    tend(system, time.monotonic() + idle + mode.steady)
    handoffs = []
    for number in range(1, mode.handoffs + 1):
        each = HandOff(time.monotonic(), f"1.{round_number * mode.handoffs + number}.0")
        system.hand_over(each.version)
        tend(system, each.begun + idle + mode.spacing)
        tend(system, each.begun + mode.patience, system.settled)
        each.ready = system.ready_moment(each.begun)
        handoffs.append(each)
        if time.monotonic() > each.begun + idle + mode.slow:
            break  # Of those whose hand-off takes so long, one a run.
    tend(system, time.monotonic() + 0.3)
    return handoffs


def fail(system, mode, then):
    """One bad release; the moment at which it was asked for, and the end of the watch."""
    tend(system, time.monotonic() + mode.bad_steady)
    begun = time.monotonic()
    system.hand_over("2.0.0", then, mode.lives_ms)
    end = begun + mode.observed * (2 if system.name == "baton-committed" else 1)
    for seconds, victims in getattr(system, "deaths", []):
        tend(system, begun + seconds)
        for pid in victims():
            if pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    tend(system, end)
    return begun, end
