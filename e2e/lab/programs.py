"""Programs that a scenario runs: short commands, and servers that live until the scenario ends."""

import itertools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from .report import Failed, check, say

# No command of a scenario takes nearly as long; what does is stuck, and is said to be.
COMMAND_SECONDS = 240
READY_SECONDS = 60
# Below those that the kernel gives to clients' ends of connections.
_ports = itertools.count(20000)


class CommandFailed(Failed):
    """A command ended with another status than 0."""


def run(*argv, env=None, cwd=None, stdin=None, seconds=COMMAND_SECONDS):
    """Runs a command to its end and gives its standard output as text; any status but 0 is a failure that quotes its errors."""
    argv = [str(part) for part in argv]
    try:
        done = subprocess.run(argv, env={**os.environ, **(env or {})}, cwd=cwd, input=stdin or "", text=True, errors="replace",
                              capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired as stuck:
        raise CommandFailed(f"{' '.join(argv)}: had not ended after {seconds} s") from stuck
    if done.returncode != 0:
        raise CommandFailed(f"{' '.join(argv)}: status {done.returncode}: {(done.stdout + done.stderr).strip()[-2000:]}")
    return done.stdout


def refused(what, action):
    """Sees that a command fails, and says what it says."""
    try:
        action()
    except CommandFailed as failure:
        say(f"{what}: refused: {str(failure).splitlines()[-1].strip()[-160:]}")
    else:
        check(False, f"{what} was not refused")


def require(tool):
    """The path of a tool that e2e/install builds; that it isn't there is a failure, since what it shows hasn't been shown."""
    found = shutil.which(tool)
    if not found:
        raise Failed(f"{tool} is not there: e2e/install could not build it, and has said why")
    return found


def free_port():
    """A TCP port of the loopback address that nobody listens on, and that is given to nobody else here."""
    while True:
        port = next(_ports)
        if not listens(port):
            return port


def wait_until(ready, what, seconds=READY_SECONDS):
    """Waits until ready() is true; fails, and says what was waited for, when time is up."""
    give_up = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > give_up:
            raise Failed(f"after {seconds} s it isn't so that {what}")
        time.sleep(0.02)


class Server:
    """A program that runs in the background, its output in a log file, until it is stopped. It leads its own process group."""

    def __init__(self, name, argv, log, env=None, cwd=None):
        self.name = name
        self.log = pathlib.Path(log)
        self.argv = [str(part) for part in argv]
        with open(self.log, "ab") as output:
            self._process = subprocess.Popen(self.argv, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=cwd,
                                             env={**os.environ, **(env or {})}, start_new_session=True)

    @property
    def pid(self):
        return self._process.pid

    @property
    def status(self):
        """The status that the program ended with, or None while it runs."""
        return self._process.poll()

    def wait_until(self, ready, seconds=READY_SECONDS):
        """Waits until ready() is true; fails, with the end of the log, when the program ends first or time is up."""
        give_up = time.monotonic() + seconds
        while not ready():
            if self.status is not None:
                raise Failed(f"{self.name} ended with status {self.status}: {self.last_words()}")
            if time.monotonic() > give_up:
                raise Failed(f"{self.name} was not ready after {seconds} s: {self.last_words()}")
            time.sleep(0.02)
        return self

    def wait_for_port(self, port):
        return self.wait_until(lambda: listens(port))

    def end(self, seconds):
        """Waits until the program has ended of itself; any status but 0 is a failure that quotes the end of its log."""
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} had not ended after {seconds} s: {self.last_words()}") from None
        if status != 0:
            raise Failed(f"{self.name} ended with status {status}: {self.last_words()}")

    def stop(self, seconds=30):
        """Asks the program to end, and ends it by force when it does not; gives the status it ended with."""
        if self.status is None:
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Failed(f"{self.name} had not stopped {seconds} s after SIGTERM: {self.last_words()}") from None
        return self.status

    def kill(self):
        """Ends the program and its children at once, as kill -9 does."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()

    def last_words(self):
        """The end of the program's log."""
        return "\n    ".join([""] + self.log.read_text(errors="replace").strip().splitlines()[-15:])


def listens(port):
    """Whether somebody accepts connections on a port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
