"""A WSGI application for gunicorn that answers with its version and process; its release is the file of PEERS_RELEASE."""
import json
import os
import threading
import time

with open(os.environ["PEERS_RELEASE"], encoding="ascii") as file:
    release = json.load(file)
if release["then"] == "exits":
    raise RuntimeError("this release cannot be loaded")
if release["then"] == "hangs":
    time.sleep(3600)
time.sleep(release["start_ms"] / 1000)
if release["then"] == "dies":
    threading.Timer(release["lives_ms"] / 1000, os._exit, [1]).start()

body = f"{release['version']} pid {os.getpid()}\n".encode()


def application(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
