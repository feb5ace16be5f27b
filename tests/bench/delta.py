"""Sizes, times and memory of patches on pairs of Debian packages, beside bsdiff, xdelta3 and zstd in the same run.

    delta.py BUILD_DIRECTORY [PAIR…]

The pairs are the unpacked contents (data tar) of two versions that Debian's archive has: they are downloaded once into
~/.cache/baton-bench. A pair whose older version is no longer there is left out, and said. Nothing here passes or fails
but a patch that does not make the new file again.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PACKAGES = ["redis-server", "redis-tools", "haproxy", "libssl3", "git", "postgresql-15"]
APPLIES = 7  # of which the median is printed


def versions(package):
    listed = subprocess.run(["apt-cache", "madison", package], capture_output=True, text=True, check=False).stdout
    return list(dict.fromkeys(line.split("|")[1].strip() for line in listed.splitlines()))


def tar_of(package, version, cache):
    target = cache / f"{package}_{version.replace(':', '-')}.tar"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=cache) as place:
            os.chmod(place, 0o755)
            subprocess.run(["apt-get", "download", "-qq", f"{package}={version}"], cwd=place, check=True,
                           stderr=subprocess.DEVNULL)
            deb = next(pathlib.Path(place).glob("*.deb"))
            part = target.with_suffix(".part")
            with open(part, "wb") as out:
                subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], stdout=out, check=True)
            part.rename(target)
    return target


def pair_of(package, cache):
    had = versions(package)
    if len(had) < 2:
        return None
    return had[-1], had[0], tar_of(package, had[-1], cache), tar_of(package, had[0], cache)


def run(tool, words):
    """Seconds and peak memory in MiB of one process."""
    measured = subprocess.run([tool, "measure", *words], capture_output=True, text=True, check=False)
    if measured.returncode != 0:
        raise RuntimeError(f"{words} failed: {measured.stderr}")
    seconds, kib = measured.stdout.split()[-2:]
    return float(seconds), int(kib) / 1024


def repeated(tool, words, times):
    runs = [run(tool, words) for _ in range(times)]
    return sorted(seconds for seconds, _ in runs)[times // 2], max(memory for _, memory in runs)


def ways(tool, old, new, patch, made):
    """(name, how to create, how to apply) of each way to make a patch."""
    for name in ("bsdiff-zstd", "bsdiff40", "zstd"):
        yield f"baton {name}", [tool, "create", name, old, new, patch], [tool, "apply", old, patch, made]
    yield "bsdiff", ["bsdiff", old, new, patch], ["bspatch", old, made, patch]
    yield "zstd -19 --patch-from", ["zstd", "-q", "-f", "-19", f"--patch-from={old}", new, "-o", patch], \
        ["zstd", "-q", "-d", "-f", "--long=27", f"--patch-from={old}", patch, "-o", made]
    yield "xdelta3 -9", ["xdelta3", "-9", "-e", "-f", "-s", old, new, patch], \
        ["xdelta3", "-d", "-f", "-s", old, patch, made]


def same(one, other):
    return subprocess.run(["cmp", "-s", one, other], check=False).returncode == 0


def measure(tool, package, pair, place):
    old_version, new_version, old, new = pair
    old_size = old.stat().st_size
    print(f"\n{package} {old_version} -> {new_version}, {new.stat().st_size:,} bytes (old {old_size:,})")
    print(f"  {'':24}{'bytes':>12}{'create':>10}{'memory':>10}{'apply':>11}{'memory':>10}{'beyond old':>12}")
    rows = {}
    for name, create, apply in ways(tool, old, new, place / "patch", place / "made"):
        if not shutil.which(create[0]):
            print(f"  {name:24}NOT RUN: there is no {create[0]}")
            continue
        seconds, memory = run(tool, create)
        applied, used = repeated(tool, apply, APPLIES)
        if not same(place / "made", new):
            raise RuntimeError(f"{name} does not make {new} again")
        size = (place / "patch").stat().st_size
        rows[name] = (size, applied)
        print(f"  {name:24}{size:>12,}{seconds:>8.2f} s{memory:>6.0f} MiB{applied * 1000:>8.1f} ms"
              f"{used:>6.0f} MiB{used - old_size / 2**20:>8.1f} MiB")
    ours = rows["baton bsdiff-zstd"]
    others = [rows[name][0] for name in ("bsdiff", "zstd -19 --patch-from", "xdelta3 -9") if name in rows]
    if others:
        print(f"  bsdiff-zstd is {ours[0] / min(others):.3f} of the smallest of the others", end="")
    if "bsdiff" in rows:
        print(f", applied {rows['bsdiff'][1] / ours[1]:.1f} times as fast as bspatch", end="")
    print()


def main():
    tool = pathlib.Path(sys.argv[1]) / "tests/bench/baton_delta_tool"
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "baton-bench"
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as place:
        for package in sys.argv[2:] or PACKAGES:
            try:
                pair = pair_of(package, cache)
            except (subprocess.CalledProcessError, OSError) as why:
                print(f"\n{package}: NOT RUN: it cannot be had ({why})")
                continue
            if pair is None:
                print(f"\n{package}: NOT RUN: apt knows fewer than two versions of it")
                continue
            measure(tool, package, pair, pathlib.Path(place))


main()
