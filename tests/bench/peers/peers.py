#!/usr/bin/env python3
"""Hands over to new releases under load, by Baton and by others in the same run, and counts what their clients lose.

  peers.py BUILD_DIRECTORY [--short] [--only SYSTEM,…] [--loads LOAD,…] [--fates FATE,…] [--json FILE]

Each system serves one line on loopback. Three kinds of load, one after the other, the systems in another order each time:
new connections; 64 kept ones; 1,000 kept ones, mostly idle (new, kept, idle). Then releases that are bad (exits, hangs,
dies). A system whose tools are not here is NOT RUN; `none` leaves a list empty. Ends with 1 if Baton lost a request that a
healthy release could have answered, or something could not be measured.
"""
import argparse
import json
import pathlib
import signal
import sys
import tempfile

import batons
import servers
import systems
import table
from bench import LOADS, Bench, Full, Short, say
from place import Place
from processes import adopt_orphans

SYSTEMS = [systems.Restart, systems.HeldRestart, systems.DrainingRestart, systems.Overseer, systems.Tableflip, servers.Nginx,
           servers.NginxBinary, servers.Haproxy, servers.HaproxyIdle, servers.Gunicorn, batons.Baton, batons.Plain,
           batons.PlainGo, batons.ShutdownGo, batons.ByRestart, batons.Committed]


def chosen_of(what, text, known, otherwise=None):
    if text is None:
        return otherwise or known
    chosen = [] if text == "none" else text.split(",")
    if unknown := set(chosen) - set(known):
        sys.exit(f"peers.py: there is no {what} {', '.join(sorted(unknown))}; there are: {' '.join(known)}")
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--short", action="store_true")
    for option in ("only", "loads", "fates"):
        parser.add_argument("--" + option)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="look at these words alone")
    words = parser.parse_args()
    mode = Short if words.short else Full
    only = chosen_of("system", words.only, [each.name for each in SYSTEMS])
    mode.loads = chosen_of("load", words.loads, list(LOADS), mode.loads)
    mode.fates = chosen_of("fate", words.fates, Full.fates, mode.fates)
    if words.check:
        return 0

    place = Place(words.build.resolve())
    chosen, skipped = [], {}
    for kind in SYSTEMS:
        if kind.name in only:
            reason = kind(place).missing()
            if reason:
                skipped[kind.name] = reason
            else:
                chosen.append(kind)
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="baton-peers-") as scratch:
        pathlib.Path(scratch).chmod(0o755)
        bench = Bench(place, mode, chosen, scratch)
        bench.under_load()
        bench.bad_releases()
    report = {**bench.report(), "notRun": skipped}
    if words.json:
        words.json.write_text(json.dumps(report, indent=1) + "\n")
    print(table.write(report))
    for each in bench.batons_fault():
        say(f"Baton lost what a healthy release could have answered: {each}")
    return 1 if bench.batons_fault() or bench.troubles else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)  # What was started has been ended.
