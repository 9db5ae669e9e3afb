"""What a scenario is given: upstreams, Larder and clients on demand, all ended when the scenario ends."""

import contextlib
import itertools
import pathlib
import shutil
import types

from . import tokens
from .apiserver import ApiServer
from .clients import BuildKit, Containers, Docker
from .containerd import Containerd
from .engine import HOST, Engine
from .kubernetes import kubernetes_upstreams
from .larder import Larder, upstream_settings
from .podman import Podman
from .prometheus import Prometheus
from .upstreams import Registry, Upstream, Upstreams
from .webhooks import Receiver


# In memory, private to the scenario: what nodes and engines unpack there needs no cleaning up. Its name is short, since the paths
# of sockets have to be.
CLIENTS = pathlib.Path("/run/e2e")


class Laboratory(contextlib.ExitStack):
    """The folder and the programs of one scenario. Larder's data lie on the disk. Logs stay under e2e/.work/logs, and nothing else."""

    def __init__(self, work, scenario):
        super().__init__()
        self.work = pathlib.Path(work)
        self.folder = self.work / "running" / scenario
        self.logs = self.work / "logs" / scenario
        self.authority = tokens.Authority(self.work / "authority")
        self._prepared = Upstreams(self.work, self.authority)
        self._numbers = itertools.count(1)
        self.images = self._prepared.content.images()
        self.content = self._prepared.content
        for folder in self.folder, self.logs:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        self.callback(self._put_away)

    def image(self, name):
        """An image by its name without the tag."""
        return self.images[f"{name}:e2e"]

    def docker_io(self, address=tokens.LOOPBACK, secure=True):
        """The upstream docker.io: https with an authority of our own, and tokens; or plain http, open to all."""
        return self._open(Upstream(self._prepared, "docker.io", self._logs("docker.io"), secure, address))

    def quay_io(self, address=tokens.LOOPBACK):
        """The upstream quay.io: plain http, open to all."""
        return self._open(Upstream(self._prepared, "quay.io", self._logs("quay.io"), False, address))

    def registry_k8s_io(self, address):
        """The upstream registry.k8s.io, with what a cluster of kind's is made of: plain http, open to all."""
        kubernetes = kubernetes_upstreams(self.work, self.authority)
        kubernetes.prepare()
        return self._open(Upstream(kubernetes, "registry.k8s.io", self._logs("registry.k8s.io"), False, address))

    def plain_registry(self, upstream):
        """Another registry with the content of an upstream, open to all."""
        return self._open(Registry(f"{upstream}-plain", self._prepared.storage(upstream), self._logs("plain")))

    def empty_registry(self, name):
        """An upstream of that name without content, open to all; what is pushed to it goes with the scenario."""
        registry = self._open(Registry(name, self.folder / f"registry-{next(self._numbers)}", self._logs(name)))
        return types.SimpleNamespace(name=name, url=registry.url, tokens=None)

    def larder(self, *upstreams, **settings):
        """A new Larder with an empty data folder that knows these upstreams; not started yet."""
        known = {upstream.name: (upstream.url, self.authority.certificate if upstream.tokens else None)
                 for upstream in upstreams}
        return self._open(Larder(self.folder / f"larder-{next(self._numbers)}", known, **settings))

    def configuration(self, *upstreams, fresh_for="30s"):
        """A folder for `larder up --config`, with which Larder knows these upstreams."""
        folder = self.folder / f"configuration-{next(self._numbers)}"
        folder.mkdir()
        shutil.copy(self.authority.certificate, folder)
        authority = f"/etc/larder/{self.authority.certificate.name}"
        (folder / "larder.yml").write_text(upstream_settings(
            {upstream.name: (upstream.url, authority if upstream.tokens else None) for upstream in upstreams}, fresh_for))
        return folder

    def certificate(self):
        """Files of a certificate for the loopback address, its key, and the authority that vouches for it."""
        return *self.authority.server(), self.authority.certificate

    def renew_certificate(self, certificate, key):
        """Puts another certificate for the loopback address, and its key, in the place of those."""
        self.authority.certify_server(certificate, key)

    def token_server(self, **how):
        """An issuer of tokens for whoever asks for its key."""
        return self._open(tokens.TokenServer(self.authority, **how))

    def as_upstream(self, larder, name):
        """What another Larder is to know so that it mirrors this one under a name."""
        return types.SimpleNamespace(name=name, url=larder.url, tokens=None)

    def login(self):
        """User and password file of the one who may pull private repositories."""
        password = self.folder / "password"
        password.write_text(tokens.PASSWORD + "\n")
        return tokens.USER, password

    def containerd(self, bin_folder, configured_by, mirror, fallback=None, settings="", trusting=None):
        return self._open(Containerd(CLIENTS / f"node-{next(self._numbers)}", bin_folder, configured_by, mirror, fallback, settings,
                                     trusting))

    def docker(self, mirror, built=False, daemon_json=None):
        """Docker's engine, which asks the mirror for images of docker.io; the one that is built with Go if so wanted."""
        return self._open(Docker(CLIENTS / f"docker-{next(self._numbers)}", mirror, built, daemon_json))

    def buildkit(self, configure):
        """BuildKit's daemon, with what `configure` makes of its configuration file."""
        return self._open(BuildKit(CLIENTS / f"buildkit-{next(self._numbers)}", configure))

    def engine(self):
        """Docker's engine with networks, for nodes and for Larder in a container."""
        return self._open(Engine(CLIENTS / f"engine-{next(self._numbers)}", self.work))

    def podman(self):
        """Podman in the place of Docker's engine."""
        return self._open(Podman(CLIENTS / f"podman-{next(self._numbers)}", self.work))

    def kube_apiserver(self):
        """Kubernetes' own, where containers reach it, without the rest of a cluster."""
        return self._open(ApiServer(CLIENTS / f"kubernetes-{next(self._numbers)}", self.authority, HOST))

    def prometheus(self, larder, user, password):
        """Debian's Prometheus, which watches a Larder that has users."""
        return self._open(Prometheus(CLIENTS / f"prometheus-{next(self._numbers)}", larder, user, password))

    def webhooks(self):
        """Somebody who is notified of events."""
        return self._open(Receiver())

    def client_folder(self, name):
        """Where a client that only one scenario has keeps its things; not made yet."""
        return CLIENTS / f"{name}-{next(self._numbers)}"

    def containers(self, registries):
        """podman and skopeo with a registries.conf."""
        return self._open(Containers(CLIENTS / f"podman-{next(self._numbers)}", registries))

    def _open(self, part):
        self.callback(part.close)
        return part

    def _logs(self, name):
        folder = self.logs / f"{name}-{next(self._numbers)}"
        folder.mkdir()
        return folder

    def _put_away(self):
        for folder in self.folder, CLIENTS:
            for log in folder.glob("*/*.log"):
                shutil.copy(log, self.logs / f"{log.parent.name}-{log.name}")
        shutil.rmtree(self.folder)
