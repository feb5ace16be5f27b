"""same.py SOURCE CANONICAL NAME…: what a message says stands in what Baton made of it, under the same names, but for these,
which Omaha does not have. Numbers may have come as text, flags as 0 and 1."""
import json
import sys


def same(said, made):
    if isinstance(said, bool) or isinstance(made, bool):
        return str(said).lower() in ({"true", "1"} if made in (True, "true") else {"false", "0"})
    return str(said) == str(made)


def missing(said, made, where):
    if isinstance(said, dict) and isinstance(made, dict):
        for name, value in said.items():
            if name in made:
                yield from missing(value, made[name], f"{where}.{name}")
            else:
                yield f"{where}.{name}"
    elif isinstance(said, list) and isinstance(made, list) and len(said) == len(made):
        for i, (value, other) in enumerate(zip(said, made)):
            yield from missing(value, other, f"{where}[{i}]")
    elif not same(said, made):
        yield f"{where}: {said!r} became {made!r}"


source, canonical, *ignored = sys.argv[1:]
lost = [one for one in missing(json.load(open(source)), json.load(open(canonical)), "")
        if one.rpartition(".")[2] not in ignored]
print("\n".join(lost))
sys.exit(1 if lost else 0)
