#!/usr/bin/env python3
"""What the protocol costs on real processes: a hostile document's memory, a check's bytes and CPU, an idle agent's CPU; and,
where Go is, the ratio to go-omaha's decoding and encoding in the same run.

  wire.py BUILD_DIRECTORY SECONDS      SECONDS: how long the agent is watched
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from driver import APP, Process, Relay, children

LONGEST = 512 * 1024

# A process's peak begins at its parent's size, so the parent must be smaller than what is measured.
SMALL_PARENT = """
import os, sys
child = os.fork()
if child == 0:
    null = os.open("/dev/null", os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss, (usage.ru_utime + usage.ru_stime) * 1000)
"""


def repeated(before, piece, count, after):
    return (before + piece * count + after)[:LONGEST]


def hostile_documents():
    """Each as large as is read at all, and of another kind of too much."""
    yield "depth", "response", repeated("", '{"a":', LONGEST, "")
    yield "lists", "response", repeated('{"response":{"protocol":"3.1","app":[', "{},", LONGEST, "")
    yield "elements", "response", repeated('<response protocol="3.0">', '<a b="" c=""/>', 35_000, "</response>")
    yield "attributes", "response", repeated("<response ", 'a="" ', LONGEST, "")
    yield "one text in JSON", "response", '{"response":{"protocol":"3.1","server":"' + "x" * 523_000 + '"}}'
    yield "one text in XML", "response", '<response protocol="3.0" server="' + "x" * 523_000 + '"/>'
    yield "escapes", "response", '{"response":{"protocol":"3.1","server":"' + "\\u0001" * 87_000 + '"}}'
    event = '<event eventtype="3" url="' + "x" * 480 + '"/>'
    yield "events", "request", '<request protocol="3.0"><app appid="a">' + event * 990 + "</app></request>"
    app = ''.join(f'<app appid="{i}" status="ok" cohort="{"c" * 1900}"/>' for i in range(256))
    yield "apps", "response", f'<response protocol="3.0">{app}</response>'


def child_usage(command, text):
    """The exit code, the peak of resident memory in KiB and the CPU in ms of a process that reads the text."""
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        seen = subprocess.run([sys.executable, "-S", "-E", "-c", SMALL_PARENT, *map(str, command)], stdin=file,
                              stdout=subprocess.PIPE, check=True).stdout.split()
    return int(seen[0]), int(seen[1]), float(seen[2])


def hostile(baton):
    _, least, _ = child_usage([baton, "decode", "response"], '<response protocol="3.0"/>')
    print(f"protocol memory: an empty response: peak {least} KiB, libraries and all")
    for name, kind, text in hostile_documents():
        code, peak, cpu = child_usage([baton, "decode", kind], text)
        print(f"protocol memory: {len(text)} bytes of {name}: peak {peak} KiB, {cpu:.0f} ms, exit {code}")


class CountingRelay:
    """Stands between client and server, and counts the bytes of each direction."""

    def __init__(self, port):
        self.target = port
        self.bytes = [0, 0]
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                for direction, (source, sink) in enumerate(((client, server), (server, client))):
                    threading.Thread(target=self._pass, args=(direction, source, sink), daemon=True).start()

    def _pass(self, direction, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.bytes[direction] += len(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def check(build, baton):
    with Process(build / "server-mock/baton-mock-server", "--listen", "127.0.0.1:0", "--quiet", "--publish",
                 f"{APP}=1.0.0={baton}") as mock:
        port = int(mock.await_line(r"listening on \S+:(\d+)", 10)[1][1])
        for form in ("xml", "json3", "json4"):
            relay = CountingRelay(port)
            _, _, cpu = child_usage([baton, "check", "--server", f"http://127.0.0.1:{relay.port}/v1/update/", "--app-id",
                                     APP, "--app-version", "1.0.0", "--protocol", form], "")
            relay.listener.close()
            print(f"protocol check, {form}, nothing new: {relay.bytes[0]} bytes out, {relay.bytes[1]} in, without TCP's "
                  f"own; {cpu:.0f} ms CPU with the start of the process")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def agent(build, seconds):
    """The agent with a check a second, so that the ticks of /proc tell one from none; scaled to a check each 30 minutes."""
    with tempfile.TemporaryDirectory(dir=build, prefix="baton-bench-") as directory:
        work = pathlib.Path(directory)
        with Relay(build, work, work / "state", interval="1s") as relay:
            agents = [pid for pid in children(relay.baton.child.pid)
                      if b"BATON_ROLE=agent" in pathlib.Path(f"/proc/{pid}/environ").read_bytes()]
            before, checks = cpu_seconds(agents[0]), len(relay.baton.lines)
            time.sleep(seconds)
            used = cpu_seconds(agents[0]) - before
            checks = sum("no update" in line for _, line in relay.baton.lines[checks:]) or seconds
    print(f"protocol agent: {used * 1000 / checks:.2f} ms CPU a check with all around it ({checks} checks in {seconds} s): "
          f"{used / checks * 2:.4f} s an hour at one check each 30 minutes")


def ours(build, response):
    """Nanoseconds by benchmark, of one run that also writes the response for go-omaha."""
    environment = dict(os.environ, BATON_RESPONSE=str(response))
    text = subprocess.run([build / "tests/bench/baton_bench", "--benchmark_filter=code", "--benchmark_min_time=0.5",
                           "--benchmark_format=json"], env=environment, check=True, capture_output=True, text=True).stdout
    figures = {one["name"]: one["cpu_time"] for one in json.loads(text)["benchmarks"]}
    for name, nanoseconds in figures.items():
        print(f"protocol {name}: {nanoseconds / 1000:.1f} us")
    return figures


def theirs(figures, response):
    module = pathlib.Path(__file__).resolve().parent.parent / "interop/go-omaha"
    if shutil.which("go") is None:
        print("protocol go-omaha: NOT RUN, go is not on this machine")
        return
    environment = dict(os.environ, BATON_RESPONSE=str(response), GOFLAGS="-mod=readonly", GOTOOLCHAIN="local",
                       GONOSUMDB="github.com/flatcar/*")
    done = subprocess.run(["go", "test", "-bench", "."], cwd=module, env=environment, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        print(f"protocol go-omaha: NOT RUN, {done.stderr.strip().splitlines()[-1:]}")
        return
    for name, nanoseconds in re.findall(r"Benchmark(\w+?)Response\S*\s+\d+\s+(\d+) ns/op", done.stdout):
        mine = figures[f"{name}Response/xml"]
        print(f"protocol go-omaha {name}Response: {int(nanoseconds) / 1000:.1f} us; Baton's XML takes "
              f"{mine / int(nanoseconds):.2f} of it")


def main():
    build, seconds = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    baton = build / "client/main/baton"
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as directory:
        response = pathlib.Path(directory) / "response.xml"
        theirs(ours(build, response), response)
    hostile(baton)
    check(build, baton)
    agent(build, seconds)


if __name__ == "__main__":
    main()
