"""The servers that are measured. Each mirrors the same upstream, which is an nginx with the content's files, but for the nginx that
serves these files itself."""

import pathlib
import shutil

from lab import programs, web
from lab.larder import LAUNCHER

from .content import IMAGE_TAG, MANIFEST_TYPE, REPOSITORY, TAG
from .process import Process

WORK = pathlib.Path(__file__).resolve().parent.parent / ".work"
BUILT = WORK / "bin"
# Larder as its image has it, and what starts that.
PACKED = WORK / "image" / "larder"
LARDER = PACKED / "larder"
UPSTREAM = "upstream.test"


class Contender:
    """A server in a folder of its own. `prefix` is what stands before a repository's name in its paths."""

    prefix = ""

    def __init__(self, name, folder):
        self.name = name
        self.folder = pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.port = programs.free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, env=None):
        self.process = Process(self.name, self.command(), self.folder / "log", env=env)
        try:
            self.process.wait_until(self.serves)
        except BaseException:
            # Nobody else knows of it yet.
            self.process.stop()
            raise
        return self

    def serves(self):
        if self.url.startswith("https:"):
            return programs.listens(self.port)
        try:
            return web.ask("GET", f"{self.url}/v2/").status == 200
        except web.NoAnswer:
            return False

    def blob(self, digest):
        return f"{self.url}/v2/{self.prefix}{REPOSITORY}/blobs/{digest}"

    def manifest(self, reference=TAG):
        return f"{self.url}/v2/{self.prefix}{REPOSITORY}/manifests/{reference}"

    def close(self):
        self.process.stop()
        shutil.rmtree(self.folder)


class Nginx(Contender):
    """nginx with one process, over the content's files. `logged`: whether it keeps count; `rate`: the most that it sends on one
    connection, in bytes a second; `certificate`: files of one and its key, for https."""

    def __init__(self, name, folder, content, logged=False, rate=0, certificate=None):
        super().__init__(name, folder)
        self._log = self.folder / "access.log"
        self.url = self.url if not certificate else self.url.replace("http:", "https:")
        configuration = self.folder / "nginx.conf"
        configuration.write_text(f"""daemon off;
master_process off;
user root;
error_log stderr;
pid {self.folder}/pid;
events {{ worker_connections 8192; }}
http {{
  log_format counted '$body_bytes_sent $request';
  access_log {f"{self._log} counted" if logged else "off"};
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  client_body_temp_path {self.folder}; proxy_temp_path {self.folder}; fastcgi_temp_path {self.folder};
  uwsgi_temp_path {self.folder}; scgi_temp_path {self.folder};
  map $uri $digest {{
    ~/manifests/{TAG}$ {content.manifest};
    ~/manifests/{IMAGE_TAG}$ {content.image};
    ~/(?<named>sha256:[0-9a-f]+)$ $named;
  }}
  server {{
    listen 127.0.0.1:{self.port}{" ssl http2" if certificate else ""} backlog=4096;
    {f"ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]};" if certificate else ""}
    root {content.folder};
    default_type application/octet-stream;
    limit_rate {rate};
    add_header Docker-Content-Digest $digest;
    location = /v2/ {{ default_type application/json; return 200 '{{}}'; }}
    location ~ /manifests/ {{ default_type {MANIFEST_TYPE}; }}
  }}
}}
""")
        self._configuration = configuration

    def command(self):
        return ["nginx", "-p", self.folder, "-c", self._configuration]

    def forget(self):
        """Begins to count anew."""
        self._log.write_bytes(b"")

    def sent(self, path=""):
        """How many requests for such paths there were, and the bytes of the answers' bodies."""
        lines = [line.split() for line in self._log.read_text().splitlines() if path in line]
        return len(lines), sum(int(line[0]) for line in lines)


class Distribution(Contender):
    """The distribution project's registry, as a mirror, or where there is no upstream as a registry to push to."""

    def __init__(self, name, folder, program, upstream=None):
        super().__init__(name, folder)
        self._program = program
        lines = ["version: 0.1",
                 f"storage: {{filesystem: {{rootdirectory: {self.folder}/data}}, delete: {{enabled: true}}}}",
                 f"http: {{addr: '127.0.0.1:{self.port}'}}"]
        if upstream:
            lines.append(f"proxy: {{remoteurl: {upstream}}}")
        (self.folder / "config.yml").write_text("\n".join(lines) + "\n")

    def command(self):
        return [self._program, "serve", self.folder / "config.yml"]

    def stored(self, digest):
        """Whether a blob is kept by now."""
        algorithm, _, value = digest.partition(":")
        return (self.folder / f"data/docker/registry/v2/blobs/{algorithm}/{value[:2]}/{value}/data").exists()


def pack_larder():
    """Makes what Larder's image would have: its jars, a Java of its own, and the AOT cache."""
    shutil.rmtree(PACKED.parent, ignore_errors=True)
    programs.run(LAUNCHER, "image", "--context", PACKED.parent, seconds=600)
    programs.run(PACKED / "train", seconds=300)


class Larder(Contender):
    """Larder from this checkout, as its image has it, with its defaults."""

    prefix = f"{UPSTREAM}/"

    def __init__(self, name, folder, upstream=None, certificate=None, settings=""):
        super().__init__(name, folder)
        self.data = self.folder / "data"
        self.configuration = self.folder / "larder.yml"
        self._scheme = "https" if certificate else "http"
        tls = f"tls: {{cert-file: {certificate[0]}, key-file: {certificate[1]}}}\n" if certificate else ""
        self._settings = f"data: {self.data}\n{tls}" + (f"upstreams:\n  {UPSTREAM}: {{url: '{upstream}'}}\n" if upstream else "")
        self.configure(settings)

    def configure(self, settings=""):
        """Writes its configuration, with further settings, for its next start; at a port that nobody has by now."""
        self.port = programs.free_port()
        self.url = f"{self._scheme}://127.0.0.1:{self.port}"
        self.configuration.write_text(f"listen: ['127.0.0.1:{self.port}']\n{settings}{self._settings}")

    def command(self):
        return [LARDER, "serve", "--config", self.configuration]

    def stored(self, digest):
        return any(self.data.glob(f"blobs/**/{digest.partition(':')[2]}"))

    def restart(self):
        self.process.stop()
        return self.start()


def debians_registry(folder, upstream=None, name="docker-registry"):
    return Distribution(name, folder, "docker-registry", upstream)


def distribution(folder, upstream=None, name="distribution 3"):
    return Distribution(name, folder, programs.require(BUILT / "distribution"), upstream)
