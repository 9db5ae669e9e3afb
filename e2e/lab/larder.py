"""Larder itself, as a user starts it: `./larder serve --config FILE`."""

import json
import os
import pathlib
import time

from . import programs, web
from .report import check, check_equal

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Another launcher may be tried by E2E_LARDER.
LAUNCHER = pathlib.Path(os.environ.get("E2E_LARDER", ROOT / "larder"))


class Larder:
    """One data folder, and the process that serves it while it is started."""

    def __init__(self, folder, upstreams, port=None, engine_port=None, fresh_for="30s", login=None, flags=(), settings=None, tls=None,
                 of_upstreams=None):
        """`upstreams`: what Larder is to know, as {name: (url, CA file or None)}; `login`: user and password file for docker.io;
        `flags`: more of them for `serve`; `settings`: further keys of the configuration file; `tls`: files of a certificate and
        its key, with which it speaks https; `of_upstreams`: further keys of each upstream."""
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.data = self.folder / "data"
        self.port = port or programs.free_port()
        # The listener that is bound to docker.io, for an Engine's registry-mirrors.
        self.engine_port = engine_port or programs.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = None
        self._flags = [*flags, *(("--tls-cert", tls[0], "--tls-key", tls[1]) if tls else ())]
        self._tls = bool(tls)
        self.configuration = self.folder / "larder.yaml"
        self._written = lambda known: self._text(known, fresh_for, login, settings or {}, of_upstreams)
        self.configuration.write_text(self._written(upstreams))

    def knows(self, upstreams):
        """Writes other upstreams into its configuration file, which it reads when it is started next."""
        self.configuration.write_text(self._written(upstreams))

    def _text(self, upstreams, fresh_for, login, settings, of_upstreams):
        lines = [
            f'listen: ["127.0.0.1:{self.port}", "127.0.0.1:{self.engine_port}=docker.io"]',
            f"data: {self.data}",
            'names: ["larder:5000"]',
            *(f"{key}: {value}" for key, value in settings.items()),
        ]
        return "\n".join(lines) + "\n" + upstream_settings(upstreams, fresh_for, login, of_upstreams)

    def start(self, *flags):
        """Starts the server, with further flags, waits until it serves, and gives the seconds that this took."""
        begun = time.monotonic()
        self._server = programs.Server("larder", [LAUNCHER, "serve", "--config", self.configuration, *self._flags, *flags], self.folder / "larder.log")
        self._server.wait_until(self.serves)
        return time.monotonic() - begun

    def serves(self):
        if self._tls:
            return programs.listens(self.port)
        try:
            # 401 is its answer where somebody can log in.
            return web.ask("GET", f"{self.url}/v2/").status in (200, 401)
        except web.NoAnswer:
            return False

    def command(self, name, *arguments):
        """Runs another command of Larder's on this folder; gives what it prints."""
        return programs.run(LAUNCHER, name, *arguments, "--config", self.configuration)

    @property
    def pid(self):
        return self._server.pid

    def stop(self):
        """Stops it as a service manager does, and checks that it ends well."""
        status = self._server.stop()
        # 143 is how a process says that SIGTERM ended it.
        check(status in (0, 143, -15), f"larder ended with status {status}: {self._server.last_words()}")

    def kill(self):
        """kill -9."""
        self._server.kill()

    def close(self):
        """Ends it by force where it still runs, whatever the scenario came to."""
        if self._server and self._server.status is None:
            self._server.kill()

    def manifest(self, image, reference=None, method="GET", headers=None):
        """Asks for an image's manifest as containerd does: by ?ns=."""
        return web.get_manifest(self.url, image.repository, reference or image.tag, method, f"?ns={image.upstream}", headers)

    def blob(self, image, digest, **how):
        return web.get_blob(self.url, image.repository, digest, f"?ns={image.upstream}", **how)

    def check_serves_whole(self, image):
        """Asks for every manifest and blob of an image and checks each byte of each; gives the answer to the tag."""
        top = self.manifest(image)
        check_equal((top.status, top.digest, top.headers.get_content_type()), (200, image.digest, image.media_type), f"manifest of {image}")
        for digest in image.manifests:
            answer = self.manifest(image, digest)
            check_equal((answer.status, answer.digest), (200, digest), f"manifest {digest} of {image}")
        for digest, size in image.blobs.items():
            answer = self.blob(image, digest)
            check_equal((answer.status, answer.digest, answer.size, answer.whole), (200, digest, size, True), f"blob {digest} of {image}")
        return top


def upstream_settings(upstreams, fresh_for="30s", login=None, further=None):
    """The part of a configuration file that has the upstreams, which are given as {name: (url, CA file or None)}."""
    lines = ["upstreams:"]
    for name, (url, ca_file) in upstreams.items():
        lines += [f"  {name}:", f"    url: {url}", f"    fresh-for: {fresh_for}"]
        lines += [f"    ca-file: {ca_file}"] if ca_file else []
        lines += [f"    {key}: {value}" for key, value in (further or {}).items()]
        if login and name == "docker.io":
            lines += [f"    username: {login[0]}", f"    password-file: {login[1]}"]
    # Nothing else may be asked: a scenario that leads outside of this machine is wrong.
    return "\n".join([*lines, '  "*": {allow: false}', ""])


def check_error_body(answer, what):
    """An error is said in the spec's form, which containerd, docker and skopeo read."""
    check_equal(answer.headers.get_content_type(), "application/json", f"type of the error for {what}")
    try:
        error = answer.json()["errors"][0]
        return f"{error['code']}: {error['message']}"
    except (json.JSONDecodeError, LookupError, TypeError) as wrong:
        check(False, f"{what}: {answer.body[:200]!r} is not an error of the spec's form ({wrong})")
