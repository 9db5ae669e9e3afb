"""The upstream registries: Debian's docker-registry, filled once with the suite's images, each behind a counting proxy."""

import contextlib
import json
import pathlib
import shutil

from . import images, programs, tokens, web
from .proxy import Proxy
from .report import check_equal, say

REFERRER_TYPE = "application/vnd.larder.e2e.note"


class Upstreams:
    """The content of some upstreams, under one folder that outlives the scenarios."""

    def __init__(self, folder, authority, make_all=images.make_all):
        self.folder = pathlib.Path(folder)
        self.content = images.Content(self.folder / "images")
        self.authority = authority
        self._make_all = make_all

    def storage(self, upstream):
        return self.folder / "upstreams" / upstream

    def prepare(self):
        """Makes the images and fills the registries' folders, where that was not done before."""
        filled = self.folder / "upstreams" / "filled"
        if filled.exists():
            return
        if not self.content.made():
            self.content.make(self._make_all)
        shutil.rmtree(self.folder / "upstreams", ignore_errors=True)
        for upstream in sorted({image.upstream for image in self.content.images().values()}):
            say(f"filling {upstream}")
            self.storage(upstream).mkdir(parents=True)
            with contextlib.closing(Registry(upstream, self.storage(upstream), self.folder)) as registry:
                for image in self.content.images().values():
                    if image.upstream == upstream:
                        self._push(registry.url, image)
                if upstream == "quay.io":
                    self._attach_note(registry.url, self.content.images()["quay.io/e2e/busybox:e2e"])
        filled.touch()

    def _push(self, registry, image):
        top = self.content.read(image.digest)
        manifests = [image.digest]
        described = json.loads(top)
        if "manifests" in described:
            manifests = [child["digest"] for child in described["manifests"]] + manifests
        for digest in manifests:
            body = self.content.read(digest)
            parsed = json.loads(body)
            for blob in [parsed["config"], *parsed["layers"]] if "layers" in parsed else []:
                with open(self.content.path(blob["digest"]), "rb") as source:
                    status = web.push_blob(registry, image.repository, blob["digest"], source, blob["size"])
                check_equal(status, 201, f"pushing {blob['digest']} of {image}")
            reference = image.tag if digest == image.digest else digest
            status = web.push_manifest(registry, image.repository, reference, parsed["mediaType"], body)
            check_equal(status, 201, f"pushing {digest} of {image}")

    def _attach_note(self, registry, image):
        """An artifact that refers to an image, made by oras; this registry has no referrers API, so oras keeps the list under a tag."""
        note = self.folder / "note.txt"
        note.write_text("a note about an image\n")
        programs.run("oras", "attach", "--plain-http", "--artifact-type", REFERRER_TYPE,
                     f"{registry.removeprefix('http://')}/{image.repository}@{image.digest}", "note.txt:text/plain", cwd=self.folder)


class Registry:
    """A docker-registry on a port of its own, over a folder."""

    def __init__(self, name, storage, log_folder, token_server=None, authority=None, port=None):
        self.port = port or programs.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        configuration = pathlib.Path(log_folder) / f"{name}.yml"
        configuration.write_text(_configuration(storage, self.port, token_server, authority))
        self._server = programs.Server(f"docker-registry of {name}", ["docker-registry", "serve", configuration],
                                       pathlib.Path(log_folder) / f"{name}.log").wait_for_port(self.port)

    def close(self):
        self._server.stop()


class Upstream:
    """An upstream as Larder sees it, at an address: a registry, and the proxy before it. The secure one speaks https and asks for
    tokens."""

    def __init__(self, upstreams, name, log_folder, secure, address):
        authority = upstreams.authority
        self.name = name
        self._images = [image for image in upstreams.content.images().values() if image.upstream == name]
        self.tokens = tokens.TokenServer(authority, address=address) if secure else None
        self._open = lambda port: Registry(name, upstreams.storage(name), log_folder, self.tokens, authority, port)
        self._registry = self._open(None)
        self.proxy = Proxy(self._registry.port, address, authority.tls(address) if secure else None)

    @property
    def url(self):
        return self.proxy.url

    @property
    def bytes(self):
        """The bytes of all blobs of all its images, as one platform's pulls move them."""
        return sum({digest: size for image in self._images for digest, size in image.blobs.items()}.values())

    def close(self):
        """The upstream is gone: its ports refuse connections."""
        self.proxy.close()
        self._registry.close()
        if self.tokens:
            self.tokens.close()


def _configuration(storage, port, token_server, authority):
    lines = [
        "version: 0.1",
        "log: {level: warn, accesslog: {disabled: true}}",
        f"storage: {{filesystem: {{rootdirectory: {storage}}}, delete: {{enabled: true}}}}",
        f"http: {{addr: '127.0.0.1:{port}', relativeurls: true}}",
    ]
    if token_server:
        lines += [
            "auth:",
            "  token:",
            f"    realm: {token_server.realm}",
            f"    service: {tokens.SERVICE}",
            f"    issuer: {tokens.ISSUER}",
            f"    rootcertbundle: {authority.signing_certificate}",
        ]
    return "\n".join(lines) + "\n"
