"""Tokens of an issuer let clients in as far as they say; and a registry:2's users and certificate are taken from its configuration,
the certificate anew when it is renewed, while the server runs."""

import base64
import hashlib
import json
import shutil
import ssl
import time

from lab import programs, tokens
from lab.larder import LAUNCHER
from lab.programs import refused, run, wait_until
from lab.report import check, check_equal, say

USER, PASSWORD = "alice", "correct horse"
RENEWAL_SECONDS = 30


def scenario(lab):
    _, _, authority = lab.certificate()
    trusting = {"SSL_CERT_FILE": str(authority)}
    quay_io = lab.quay_io()
    tokens_of_an_issuer(lab, quay_io, trusting)
    users_and_certificate_of_registry_two(lab, trusting)


def crane(home, trusting):
    """crane with a home of its own, which trusts the suite's authority."""
    environment = {"DOCKER_CONFIG": str(home), **trusting}
    return lambda *arguments: run("crane", *arguments, env=environment)


def tokens_of_an_issuer(lab, quay_io, trusting):
    issuer = lab.token_server(actions_of_users=["pull", "push"])
    keys = lab.folder / "keys.json"
    keys.write_text(json.dumps({"keys": [issuer.public_key()]}))
    larder = lab.larder(quay_io, settings={"auth": json.dumps({"tokens": {
        "issuer": tokens.ISSUER, "audience": tokens.SERVICE, "realm": issuer.realm, "jwks-file": str(keys)}})})
    larder.start()
    registry, image = f"127.0.0.1:{larder.port}", lab.image("quay.io/e2e/busybox")
    client = crane(lab.folder / "of-the-issuer", trusting)

    check_equal(client("digest", f"{registry}/{image}").strip(), image.digest, "a pull without a login")
    refused("a push without a login", lambda: client("copy", f"{registry}/{image}", f"{registry}/app:1"))
    client("auth", "login", registry, "--username", tokens.USER, "--password", tokens.PASSWORD)
    client("copy", f"{registry}/{image}", f"{registry}/app:1")
    check_equal(client("digest", f"{registry}/app:1").strip(), image.digest, "what was pushed with a token")
    refused("a deletion, which the token doesn't allow", lambda: client("delete", f"{registry}/app@{image.digest}"))
    check(issuer.given > 0, "the issuer gave no token")
    say(f"crane pushed with a token of the issuer, which gave {issuer.given}")


def users_and_certificate_of_registry_two(lab, trusting):
    certificate, key, _ = lab.certificate()
    folder = lab.folder / "registry-two"
    folder.mkdir()
    for source, name in (certificate, "server.pem"), (key, "server.key"):
        shutil.copy(source, folder / name)
    run(LAUNCHER, "user", "add", USER, "--password-stdin", "--htpasswd", folder / "htpasswd", stdin=PASSWORD + "\n")
    port = programs.free_port()
    configuration = folder / "config.yml"
    configuration.write_text("\n".join([
        "version: 0.1",
        f"storage: {{filesystem: {{rootdirectory: {folder}/root}}}}",
        f"auth: {{htpasswd: {{realm: registry, path: {folder}/htpasswd}}}}",
        f"http: {{addr: '127.0.0.1:{port}', tls: {{certificate: {folder}/server.pem, key: {folder}/server.key}}}}", ""]))
    server = programs.Server("larder", [LAUNCHER, "serve", configuration], folder / "larder.log")
    try:
        server.wait_for_port(port)
        pushes_and_pulls_need_a_login(lab, port, crane(lab.folder / "of-registry-two", trusting))
        certificate_is_renewed(lab, folder, port)
    finally:
        server.stop()


def pushes_and_pulls_need_a_login(lab, port, client):
    registry, layout = f"127.0.0.1:{port}", lab.folder / "layout"
    image = lab.image("quay.io/e2e/busybox")
    plain = lab.plain_registry("quay.io").url.removeprefix("http://")
    client("pull", "--format", "oci", "--insecure", f"{plain}/{image.repository}:{image.tag}", layout)
    refused("a push without a login", lambda: client("push", layout, f"{registry}/app:1"))
    client("auth", "login", registry, "--username", USER, "--password", PASSWORD)
    client("push", layout, f"{registry}/app:1")
    check_equal(client("digest", f"{registry}/app:1").strip(), image.digest, "what was pushed over https")
    client("auth", "logout", registry)
    refused("a pull without a login, as registry:2 has it", lambda: client("digest", f"{registry}/app:1"))
    say("crane pushed and pulled over https after a login, by the configuration of a registry:2")


def certificate_is_renewed(lab, folder, port):
    before = fingerprint(port)
    lab.renew_certificate(folder / "server.pem", folder / "server.key")
    begun = time.monotonic()
    wait_until(lambda: fingerprint(port) != before, "the renewed certificate is served", RENEWAL_SECONDS)
    say(f"the renewed certificate is served after {time.monotonic() - begun:.1f} s, without a new start")


def fingerprint(port):
    served = ssl.get_server_certificate(("127.0.0.1", port))
    return hashlib.sha256(base64.b64decode("".join(served.strip().splitlines()[1:-1]))).hexdigest()
