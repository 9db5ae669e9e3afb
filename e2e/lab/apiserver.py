"""The part of Kubernetes that keeps objects: etcd, and the real kube-apiserver before it."""

import base64
import json
import pathlib
import secrets

from . import programs
from .kubernetes import PROGRAMS

SERVICES = "10.96.0.0/16"


class ApiServer:
    """A kube-apiserver at an address; `configuration` is the text of a kubeconfig with which everything may be done there."""

    def __init__(self, folder, authority, address):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        token = secrets.token_hex(16)
        (self.folder / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n")
        self._key = self.folder / "accounts.key"
        programs.run("openssl", "genrsa", "-out", self._key, "2048")
        self._certificate, self._certificate_key = authority.server(address)
        self.port = programs.free_port()
        self.configuration = _kubeconfig(f"https://{address}:{self.port}", authority.certificate, token)
        (self.folder / "admin.conf").write_text(self.configuration)
        self._etcd = self._start_etcd()
        self._server = programs.Server("kube-apiserver", [
            programs.require(PROGRAMS / "kube-apiserver"), "--etcd-servers", self._etcd_url, "--bind-address", address, "--secure-port", self.port,
            "--tls-cert-file", self._certificate, "--tls-private-key-file", self._certificate_key, "--cert-dir", self.folder,
            "--service-cluster-ip-range", SERVICES, "--authorization-mode", "RBAC", "--token-auth-file", self.folder / "tokens.csv",
            "--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", self._key,
            "--service-account-signing-key-file", self._key,
        ], self.folder / "kube-apiserver.log").wait_until(self._is_ready)

    def kubectl(self, *arguments, stdin=None):
        return programs.run(programs.require(PROGRAMS / "kubectl"), "--kubeconfig", self.folder / "admin.conf", *arguments, stdin=stdin)

    def object(self, *names):
        """What it has of an object: its kind, its name, and options such as its namespace."""
        return json.loads(self.kubectl("get", *names, "--output", "json"))

    def add_node(self, name):
        """What a kubelet does when it begins."""
        self.kubectl("create", "--filename", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}))

    def close(self):
        self._server.stop()
        self._etcd.stop()

    def _start_etcd(self):
        client, peer = programs.free_port(), programs.free_port()
        self._etcd_url = f"http://127.0.0.1:{client}"
        peers = f"http://127.0.0.1:{peer}"
        return programs.Server("etcd", [
            programs.require(PROGRAMS / "server"), "--data-dir", self.folder / "etcd", "--listen-client-urls", self._etcd_url, "--advertise-client-urls", self._etcd_url,
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}",
        ], self.folder / "etcd.log").wait_for_port(client)

    def _is_ready(self):
        try:
            # The namespace that the announcement goes into is made a moment after the first answer.
            return self.kubectl("get", "--raw", "/readyz") == "ok" and bool(self.object("namespace", "kube-public"))
        except programs.CommandFailed:
            return False


def _kubeconfig(server, certificate, token):
    """JSON is YAML."""
    authority = base64.b64encode(pathlib.Path(certificate).read_bytes()).decode()
    return json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "admin",
        "clusters": [{"name": "kind", "cluster": {"server": server, "certificate-authority-data": authority}}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "admin", "context": {"cluster": "kind", "user": "admin"}}],
    }, indent=1)
