#!/usr/bin/env python3
"""A small server that knows no supervisor by name: answers every request with its version and process in one line.

  plain.py [--drains] [HOST:PORT]

Without an address it serves on the first socket of LISTEN_FDS. The file that PEERS_RELEASE names says which version it
is and how that turns out. READY=1 goes to NOTIFY_SOCKET, if there is one. SIGTERM ends it at once; with --drains it
accepts nothing more, tells each client with its next answer to close, and ends when nobody is left.
"""
import json
import os
import selectors
import signal
import socket
import sys
import time

DRAIN_SECONDS = 10
BACKLOG = 4096  # Cut to what the system allows.


def begin():
    """Does what a program does before it can serve; of a release that exits or hangs it does not return."""
    with open(os.environ["PEERS_RELEASE"], encoding="ascii") as file:
        release = json.load(file)
    if release["then"] == "exits":
        sys.exit(3)
    if release["then"] == "hangs":
        time.sleep(3600)
    # The interpreter's own start-up belongs to it.
    started = time.clock_gettime(time.CLOCK_MONOTONIC) - time.process_time()
    time.sleep(max(0.0, started + release["start_ms"] / 1000 - time.monotonic()))
    return release


def listener_at(address):
    if not address:
        return socket.socket(fileno=3)
    host, _, port = address[0].rpartition(":")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen(BACKLOG)
    return listener


def say_ready():
    if "NOTIFY_SOCKET" in os.environ:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])


class Server:
    def __init__(self, release, listener):
        self.body = f"{release['version']} pid {os.getpid()}\n".encode()
        self.listener = listener
        self.listener.setblocking(False)
        self.unfinished = {}  # by connection: what came of a request that is not whole yet
        self.draining = False
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ, self.accept)

    def accept(self, _):
        for _ in range(64):
            try:
                connection, _ = self.listener.accept()
            except (BlockingIOError, ConnectionError):
                return  # Another process was faster, or the client has left.
            connection.setblocking(False)
            self.unfinished[connection] = b""
            self.selector.register(connection, selectors.EVENT_READ, self.read)

    def read(self, connection):
        try:
            came = connection.recv(65536)
        except BlockingIOError:
            return
        except ConnectionError:
            came = b""
        if not came:
            self.close(connection)
            return
        *requests, self.unfinished[connection] = (self.unfinished[connection] + came).split(b"\r\n\r\n")
        for request in requests:
            closes = self.draining or b"connection: close" in request.lower()
            fields = b"Connection: close\r\n" if closes else b""
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + fields
                                   + b"Content-Length: %d\r\n\r\n" % len(self.body) + self.body)
            except OSError:
                closes = True
            if closes:
                self.close(connection)
                return

    def close(self, connection):
        self.selector.unregister(connection)
        del self.unfinished[connection]
        connection.close()

    def drain(self):
        if not self.draining:
            self.draining = True
            self.selector.unregister(self.listener)
            self.listener.close()

    def run(self, until):
        """Until the moment `until()`, or, when draining, until nobody is left."""
        while not (self.draining and not self.unfinished) and time.monotonic() < until():
            for key, _ in self.selector.select(min(1.0, max(0.0, until() - time.monotonic()))):
                key.data(key.fileobj)


def main():
    words = [word for word in sys.argv[1:] if word != "--drains"]
    release = begin()
    server = Server(release, listener_at(words))
    end = [float("inf")]
    code = 0
    if release["then"] == "dies":
        code = 3
        end[0] = time.monotonic() + release["lives_ms"] / 1000

    def drain(*_):
        server.drain()
        end[0] = min(end[0], time.monotonic() + DRAIN_SECONDS)

    if "--drains" in sys.argv:
        # As a byte in a socket, so that no signal comes between two steps of the loop.
        wakes, woken = socket.socketpair()
        woken.setblocking(False)
        server.selector.register(wakes, selectors.EVENT_READ, lambda _: (wakes.recv(64), drain()))
        signal.set_wakeup_fd(woken.fileno())
        signal.signal(signal.SIGTERM, lambda *_: None)
    say_ready()
    server.run(lambda: end[0])
    return code if time.monotonic() >= end[0] and not server.draining else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # What an interpreter does at its end is no part of a hand-off.
