"""With --htpasswd, docker, podman, skopeo, crane, oras and containerd pull without a login, and push only after one; a wrong password is
told at the login. No client's password for one registry comes to Larder for another's image."""

import base64
import json
import time

from lab import clients, containerd, web
from lab.larder import LAUNCHER
from lab.programs import refused, run
from lab.report import check, check_equal, say

REGISTRY = "localhost:5000"
USER, PASSWORD = "alice", "correct horse"


def scenario(lab):
    users = lab.folder / "htpasswd"
    run(LAUNCHER, "user", "add", USER, "--password-stdin", "--htpasswd", users, stdin=PASSWORD + "\n")
    check_equal(users.stat().st_mode & 0o777, 0o600, "mode of a new password file")
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, port=5000, engine_port=5001, flags=["--htpasswd", users])
    larder.start()

    docker = lab.docker(f"http://127.0.0.1:{larder.engine_port}")
    docker_pulls_and_pushes(lab, docker)
    podman_and_skopeo(lab, lab.containers(clients.registries_conf(REGISTRY, ["docker.io", "quay.io"])))
    crane_and_oras(lab)
    for version, folder in containerd.binaries().items():
        node = lab.containerd(folder, "hosts", larder.url)
        node.pull("docker.io/library/busybox:e2e")
        node.pull(f"{REGISTRY}/app:1")
        say(f"containerd {version} pulled a mirrored and a pushed image without a login")
    wrong_passwords_are_slowed(larder)
    log = (larder.folder / "larder.log").read_text()
    check(PASSWORD not in log and "Authorization" not in log, "the log has a password")


def wrong_passwords_are_slowed(larder):
    wrong = {"Authorization": "Basic " + base64.b64encode(f"{USER}:guess".encode()).decode()}
    begun = time.monotonic()
    for _ in range(4):
        check_equal(web.ask("GET", f"{larder.url}/v2/_token", wrong).status, 401, "status of a wrong password")
    seconds = time.monotonic() - begun
    check(seconds > 1.5, f"four wrong passwords took {seconds:.1f} s only")
    say(f"four wrong passwords took {seconds:.1f} s")


def docker_pulls_and_pushes(lab, docker):
    docker("pull", "--quiet", "busybox:e2e")
    docker("pull", "--quiet", f"{REGISTRY}/quay.io/e2e/pair:e2e")
    say("docker pulled by its registry mirror and by path without a login")
    docker("tag", "busybox:e2e", f"{REGISTRY}/app:1")
    refused("docker push without a login", lambda: docker("push", f"{REGISTRY}/app:1"))
    refused("docker login with a wrong password", lambda: docker("login", "--username", USER, "--password", "wrong", REGISTRY))
    docker("login", "--username", USER, "--password", PASSWORD, REGISTRY)
    docker("push", f"{REGISTRY}/app:1")
    docker("logout", REGISTRY)
    docker("rmi", f"{REGISTRY}/app:1")
    docker("pull", "--quiet", f"{REGISTRY}/app:1")
    say("docker pushed after a login, and pulled it again after a logout")


def podman_and_skopeo(lab, tools):
    image = lab.image("quay.io/e2e/pair")
    tools.podman("pull", "--quiet", image.name)
    say("podman pulled by registries.conf without a login")
    refused("podman push without a login", lambda: tools.podman("push", "--quiet", image.name, f"{REGISTRY}/by-podman:1"))
    refused("podman login with a wrong password", lambda: tools.podman("login", "--username", USER, "--password", "wrong", REGISTRY))
    authfile = lab.folder / "auth.json"
    tools.podman("login", "--authfile", authfile, "--username", USER, "--password", PASSWORD, REGISTRY)
    tools.podman("push", "--quiet", "--authfile", authfile, image.name, f"{REGISTRY}/by-podman:1")
    tools.skopeo("copy", "--quiet", "--all", "--dest-authfile", authfile, f"docker://{image}", f"docker://{REGISTRY}/by-skopeo:1")
    check_equal(json.loads(tools.skopeo("inspect", "--raw", f"docker://{REGISTRY}/by-skopeo:1"))["schemaVersion"], 2, "skopeo's push")
    tools.skopeo("delete", "--authfile", authfile, f"docker://{REGISTRY}/by-skopeo:1")
    say("podman and skopeo pushed after a login, and skopeo deleted")


def crane_and_oras(lab):
    image = lab.image("quay.io/e2e/busybox")
    home = {"DOCKER_CONFIG": str(lab.folder / "crane")}
    check_equal(run("crane", "digest", f"{REGISTRY}/{image}", env=home).strip(), image.digest, "crane's pull without a login")
    refused("crane push without a login", lambda: run("crane", "copy", f"{REGISTRY}/{image}", f"{REGISTRY}/by-crane:1", env=home))
    run("crane", "auth", "login", REGISTRY, "--username", USER, "--password", PASSWORD, env=home)
    run("crane", "copy", f"{REGISTRY}/{image}", f"{REGISTRY}/by-crane:1", env=home)
    say("crane pushed after a login")
    (lab.folder / "file.txt").write_text("a file")
    refused("oras push without a login", lambda: run("oras", "push", "--plain-http", f"{REGISTRY}/by-oras:1", "file.txt", cwd=lab.folder))
    run("oras", "push", "--plain-http", "--username", USER, "--password", PASSWORD, f"{REGISTRY}/by-oras:1", "file.txt", cwd=lab.folder)
    run("oras", "pull", "--plain-http", "--output", lab.folder / "pulled", f"{REGISTRY}/by-oras:1")
    say("oras pushed with a password and pulled without")
