"""The report as Markdown's tables. No I/O."""

LOAD_TITLES = {"new": "new connections", "kept": "64 kept", "idle": "1,000 kept, mostly idle"}
FATES = {"exits": "exits at once", "hangs": "never ready", "dies": "dies after taking over"}


def milliseconds(value):
    if value is None:
        return "–"
    return f"{max(value, 0.0):.1f}" if value < 9.95 else f"{value:,.0f}"


def lost(summary):
    """Failures of requests, and their kinds: "**3** of 5,000: 1 unread, 2 taken"."""
    if not summary["failed"]:
        return f"0 of {summary['sent']:,}"
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in summary["failures"].items())
    return f"**{summary['failed']:,}** of {summary['sent']:,}: {kinds}"


def rows(header, lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *lines])


def pair(spread):
    return f"{milliseconds(spread['p99'])}/{milliseconds(spread['max'])}"


def latencies(summary):
    return f"{pair(summary['steadyMs'])} → {pair(summary['aroundMs'])}"


def arrow(spread):
    return f"{milliseconds(spread['steady'])} → {milliseconds(spread['around'])}"


def first_answer(summary):
    spread = summary["firstOfNewMs"]
    text = f"{milliseconds(spread['p50'])}/{milliseconds(spread['max'])}"
    return text + (f", {summary['neverAnswered']} never" if summary["neverAnswered"] else "")


def by_load(what, cell, systems, loads):
    return rows([what, *(LOAD_TITLES[load] for load in loads)],
                [[each["title"], *(cell(each[load]) for load in loads)] for each in systems])


def moments(summary):
    return f"{first_answer(summary)}; {milliseconds(summary['lastOfOldMs']['max'])}"


UNDER_LOAD = {
    "lost": lost,
    "p99/max of latency, ms: steady → around a hand-off": latencies,
    "longest time with no answer, ms: steady → around a hand-off": lambda summary: arrow(summary["longestGapMs"]),
    "ms after the hand-off was asked for: first answer of the new, p50/max; last of the old": moments,
}


def bad_table(systems, fates):
    def cell(each, then):
        if then not in each:
            return "–"
        found = each[then]
        if found["serving"] is None:
            after = "nobody serves"
        elif found["rolledBack"]:
            after = "back by itself"
        else:
            after = "the old one serves" if not found["tookOver"] else "the same release again"
        return f"{lost(found)}; {after}"

    return rows(["a release that", *(FATES[then] for then in fates)],
                [[each["title"], *(cell(each, then) for then in fates)] for each in systems])


def write(report):
    parts = []
    systems = report["underLoad"]
    if loads := [load for load in LOAD_TITLES if any(load in each for each in systems)]:
        parts += [by_load(what, cell, systems, loads) for what, cell in UNDER_LOAD.items()]
    if bad := report["badReleases"]:
        fates = [then for then in FATES if any(then in each for each in bad)]
        parts.append(bad_table(bad, fates))
    ran, skipped = len({each["system"] for each in [*systems, *report["badReleases"]]}), report["notRun"]
    parts.append("\n".join([*(f"NOT RUN: {name}: {reason}" for name, reason in skipped.items()),
                            *(f"FAILED: {name}: {reason.splitlines()[0]}" for name, reason in report["failed"].items()),
                            f"{report['date']}, {report['cores']} cores, Linux {report['kernel']}: {ran} systems in "
                            f"{report['seconds']} s" + (f", {len(skipped)} not run" if skipped else "")]))
    return "\n\n".join(parts)
