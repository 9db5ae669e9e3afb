"""A fresh clone, in a home that is empty: the README's first command serves, and its second runs all tests. As written there."""

import hashlib
import os
import pathlib
import pwd
import re
import tempfile
import time

from lab import web
from lab.larder import ROOT
from lab.programs import Server, run
from lab.report import check, check_equal, say

BUILD_SECONDS = 900
ADDRESS = "http://127.0.0.1:5000"


def scenario(lab):
    with tempfile.TemporaryDirectory(prefix="larder-readme-") as folder:
        folder = pathlib.Path(folder)
        clone = folder / "clone"
        git_settings = folder / "gitconfig"
        # The checkout may belong to another user than root.
        git_settings.write_text("[safe]\n  directory = *\n")
        run("git", "clone", "--quiet", ROOT, clone, env={"GIT_CONFIG_GLOBAL": str(git_settings)})
        home = empty_home(folder / "home")
        serve, verify = commands((clone / "README.md").read_text())
        say(f"the README's commands: {serve!r}, {verify!r}")
        serves(lab, in_empty_home(home, serve), clone)
        tests(lab, in_empty_home(home, verify), clone)


def empty_home(folder):
    """A home with nothing in it but where this machine's Maven finds packages, which is no part of a home."""
    folder.mkdir()
    settings = pathlib.Path(pwd.getpwuid(os.getuid()).pw_dir) / ".m2" / "settings.xml"
    if settings.exists():
        (folder / ".m2").mkdir()
        (folder / ".m2" / "settings.xml").write_bytes(settings.read_bytes())
    return folder


def in_empty_home(home, command):
    """Lays the empty home over the real one, for one command: Maven asks the user database where it is, and not HOME.
    The same for /var/lib, where a Larder of root's keeps its data."""
    real = pwd.getpwuid(os.getuid()).pw_dir
    script = 'mount --bind "$1" "$2" && mount -t tmpfs tmpfs /var/lib && HOME="$2" exec bash -c "$3"'
    return ["unshare", "--mount", "bash", "-c", script, "bash", home, real, command]


def serves(lab, command, clone):
    begun = time.monotonic()
    larder = Server(command[-1], command, lab.logs / "serve.log", cwd=clone)
    try:
        larder.wait_until(answers, BUILD_SECONDS)
        say(f"{larder.name!r} served {time.monotonic() - begun:.0f} s after it was typed in")
        # A blob goes in and comes out.
        data = os.urandom(100_000)
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        check_equal(web.push_blob(ADDRESS, "app", digest, data, len(data)), 201, "status of a push")
        check_equal(web.get_blob(ADDRESS, "app", digest).digest, digest, "digest of what was pushed")
        check(larder.stop() in (0, 143, -15), f"{larder.name!r} ended with status {larder.status}")
    finally:
        larder.kill()


def tests(lab, command, clone):
    begun = time.monotonic()
    build = Server(command[-1], command, lab.logs / "verify.log", cwd=clone)
    build.end(BUILD_SECONDS)
    counted = re.findall(r"Tests run: [\w,: ]+", build.log.read_text())
    check(counted, f"{command[-1]!r} says of no test that it was run")
    say(f"{command[-1]!r} took {time.monotonic() - begun:.0f} s: {counted[-1]}")


def commands(readme):
    """The first line of a shell block, which must start Larder, and the first that runs Maven."""
    lines, inside = [], False
    for line in readme.splitlines():
        if line.startswith("```"):
            inside = not inside and line.strip() in ("```sh", "```bash", "```console")
        elif inside and line.strip():
            lines.append(line.removeprefix("$ "))
    check(lines and lines[0].startswith("./larder serve"), f"the README's first command is {lines[:1]}")
    verify = [line for line in lines if line.startswith("mvn")]
    check(verify, f"none of the README's commands runs the tests: {lines}")
    return lines[0], verify[0]


def answers():
    try:
        return web.ask("GET", f"{ADDRESS}/v2/").status == 200
    except web.NoAnswer:
        return False
