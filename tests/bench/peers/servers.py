"""The systems that are servers themselves: nginx, HAProxy, gunicorn. A release is their configuration, or their binary."""
import contextlib
import os
import shutil
import signal

from processes import Child, alive, await_true, descendants
from systems import DRAIN_SECONDS, FIRST, HERE, System

WRONG = "this is no configuration\n"
BAD_BINARIES = {"exits": "#!/bin/sh\nexit 3\n", "hangs": "#!/bin/sh\nexec sleep 3600\n"}


class Server(System):
    """One whose release is a file of configuration, so that one that never gets ready cannot be made."""

    bad = ("exits", "dies")

    def configuration(self, version):
        raise NotImplementedError

    def configure(self, version, then="serves"):
        path = self.work / "server.conf"
        path.write_text(WRONG if then == "exits" else self.configuration(version))
        return path

    def plan_death(self, then, lives_ms, victims):
        """The server cannot be made to die by its configuration: after lives_ms the driver kills what `victims` names."""
        self.deaths = [(lives_ms / 1000, victims)] if then == "dies" else []


class Nginx(Server):
    name, title, tool = "nginx", "nginx, reload", "nginx"
    bad_title = "nginx, reload: a wrong configuration; a killed worker"

    def configuration(self, version):
        user = "user nobody nogroup;\n" if os.geteuid() == 0 else ""
        return f"""{user}worker_processes 2;
pid {self.work}/pid;
error_log {self.work}/error.log notice;
worker_shutdown_timeout {DRAIN_SECONDS}s;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {self.work}/body; proxy_temp_path {self.work}/proxy; fastcgi_temp_path {self.work}/fastcgi;
    uwsgi_temp_path {self.work}/uwsgi; scgi_temp_path {self.work}/scgi;
    keepalive_timeout 15s; keepalive_requests 100000;
    server {{
        listen {self.address} backlog=4096;
        location / {{ default_type text/plain; return 200 "{version} pid $pid\\n"; }}
    }}
}}
"""

    def command(self, *words):
        return ["nginx", "-p", self.work, "-c", self.configure(FIRST), "-e", self.work / "error.log", *words]

    def start(self):
        self.child = Child(*self.command("-g", "daemon off;"))

    def hand_over(self, version, then="serves", lives_ms=0):
        self.configure(version, then)
        self.plan_death(then, lives_ms, lambda: descendants(self.child.pid))
        self.child.tell(signal.SIGHUP)

    def log(self):
        log = self.work / "error.log"
        return super().log() + (log.read_text()[-2000:] if log.exists() else "")


class NginxBinary(Nginx):
    """USR2 to the old master, WINCH and QUIT when the new one has its pid file: what nginx's own page describes."""

    name, title = "nginx-binary", "nginx, new binary: USR2, WINCH, QUIT"
    bad = ("exits", "hangs", "dies")
    bad_title = "nginx, new binary"

    def start(self):
        self.binary = self.work / "nginx"
        self.old = self.new = None
        shutil.copy(shutil.which("nginx"), self.binary)
        self.configuration_file = self.configure(FIRST)
        self.child = Child(self.binary, "-p", self.work, "-c", self.configuration_file, "-e", self.work / "error.log")
        await_true("nginx's pid file", lambda: self.pid_in("pid"))

    def pid_in(self, name):
        """0 while nginx is moving it."""
        with contextlib.suppress(OSError):
            return int((self.work / name).read_text().strip() or 0)
        return 0

    def hand_over(self, version, then="serves", lives_ms=0):
        self.configure(version)
        self.old, self.new, self.winched = self.pid_in("pid"), None, False
        if then in BAD_BINARIES:
            self.binary.unlink()
            self.binary.write_text(BAD_BINARIES[then])
            self.binary.chmod(0o755)
        self.plan_death(then, lives_ms, lambda: [self.pid_in("pid"), *descendants(self.pid_in("pid"))])
        os.kill(self.old, signal.SIGUSR2)

    def tend(self):
        if not self.old or not alive(self.old):
            return
        if not self.new:
            new = self.pid_in("pid")
            # The new master has written its pid, and its workers are there.
            if new and new != self.old and len(descendants(new)) >= 2:
                self.new = new
                os.kill(self.old, signal.SIGWINCH)
        elif not self.winched and not descendants_of_workers(self.old, self.new):
            self.winched = True
            os.kill(self.old, signal.SIGQUIT)

    def settled(self):
        return not self.old or not alive(self.old)

    def end(self):
        pass  # The daemons are adopted, and ended with the rest.


def descendants_of_workers(old, new):
    """The old master's own workers that are still there."""
    others = {new, *descendants(new)}
    return [pid for pid in descendants(old) if pid not in others and alive(pid)]


class Haproxy(Server):
    name, title, tool = "haproxy", "HAProxy -W, SIGUSR2", "haproxy"
    bad_title = "HAProxy -W: a wrong configuration; a killed worker"
    option = ""

    def configuration(self, version):
        user = "    user nobody\n" if os.geteuid() == 0 else ""
        return f"""global
{user}    hard-stop-after {DRAIN_SECONDS}s
    stats socket {self.work}/stats level admin expose-fd listeners
defaults
    mode http
    timeout client 15s
    timeout connect 5s
    timeout server 15s
    timeout http-keep-alive 15s
{self.option}frontend web
    bind {self.address} backlog 4096
    http-request return status 200 content-type text/plain lf-string "{version} pid %pid\\n"
"""

    def binary(self):
        return "haproxy"

    def start(self):
        self.child = Child(self.binary(), "-W", "-f", self.configure(FIRST))

    def hand_over(self, version, then="serves", lives_ms=0):
        self.configure(version, then)
        self.plan_death(then, lives_ms, lambda: descendants(self.child.pid)[-1:])
        self.child.tell(signal.SIGUSR2)


class HaproxyIdle(Haproxy):
    """With the option that brings 0, and a bad binary instead of a bad configuration."""

    name, title = "haproxy-idle", "the same, option idle-close-on-response"
    bad = ("exits", "hangs", "dies")
    bad_title = "HAProxy -W: a bad binary; a killed worker"
    option = "    option idle-close-on-response\n"

    def binary(self):
        path = self.work / "haproxy"
        shutil.copy(shutil.which("haproxy"), path)
        return path

    def hand_over(self, version, then="serves", lives_ms=0):
        if then in BAD_BINARIES:
            path = self.work / "haproxy"
            path.unlink()
            path.write_text(BAD_BINARIES[then])
            path.chmod(0o755)
        super().hand_over(version, "serves" if then in BAD_BINARIES else then, lives_ms)


class Gunicorn(Server):
    name, title, tool = "gunicorn", "gunicorn gthread, HUP", "gunicorn"
    bad = ("exits", "hangs", "dies")

    def start(self):
        self.write_release(FIRST)
        user = ["--user", "nobody", "--group", "nogroup"] if os.geteuid() == 0 else []
        self.child = Child("gunicorn", "--bind", self.address, "--workers", "2", "--worker-class", "gthread", "--threads",
                           "4", "--keep-alive", "15", "--worker-connections", "4096", "--backlog", "4096",
                           "--graceful-timeout", DRAIN_SECONDS, "--chdir", HERE, *user, "application:application",
                           env=dict(self.environment(), PYTHONDONTWRITEBYTECODE="1"))

    def hand_over(self, version, then="serves", lives_ms=0):
        self.write_release(version, then, lives_ms)
        self.deaths = []
        self.child.tell(signal.SIGHUP)
