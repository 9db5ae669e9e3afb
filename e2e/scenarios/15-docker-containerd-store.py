"""Docker's engine of today, which keeps images in containerd's store as they came: pulls by a registry mirror and by path, and
pushes what it has pulled with the digest that it had."""

import tarfile

from lab import clients
from lab.programs import require, run
from lab.report import check, check_equal, megabytes, say

REGISTRY = "localhost:5000"


def scenario(lab):
    require("dockerd")
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, port=5000, engine_port=5001)
    larder.start()
    docker = lab.docker(f"http://127.0.0.1:{larder.engine_port}", built=True)
    said = docker("info", "--format", "{{.DriverStatus}}")
    check("containerd" in said, f"the engine keeps images elsewhere: {said}")
    say(f"docker's engine, moby {clients.pinned('docker', 'dockerd')}: {said.strip()}")

    for name in "library/busybox", "e2e/pair", "library/debian":
        image = lab.image(f"docker.io/{name}")
        short = f"{name.removeprefix('library/')}:{image.tag}"
        docker("pull", "--quiet", short)
        check(any(seen.endswith(image.digest) for seen in docker.digests(short)), f"docker knows {short} as {docker.digests(short)}")
        check_unpacked(lab, docker, short)
        sent = docker_io.proxy.sent("GET .*/blobs/")
        say(f"pulled and unpacked {short} by its registry mirror, {megabytes(image.bytes)}; docker.io has sent {megabytes(sent)} of blobs so far")
    image = lab.image("quay.io/e2e/zstd")
    docker("pull", "--quiet", f"{REGISTRY}/{image}")
    check_unpacked(lab, docker, f"{REGISTRY}/{image}")
    say(f"pulled and unpacked {REGISTRY}/{image} by path")

    # What was pulled as it is goes out as it was.
    image = lab.image("docker.io/library/debian")
    docker("tag", "debian:e2e", f"{REGISTRY}/app:1")
    docker("push", "--quiet", f"{REGISTRY}/app:1")
    check_equal(run("crane", "digest", f"{REGISTRY}/app:1").strip(), image.digest, "digest of what docker pushed")
    run("crane", "validate", "--remote", f"{REGISTRY}/app:1")
    docker("image", "rm", "--force", f"{REGISTRY}/app:1", "debian:e2e")
    docker("pull", "--quiet", f"{REGISTRY}/app:1")
    check_unpacked(lab, docker, f"{REGISTRY}/app:1")
    say(f"pushed {REGISTRY}/app:1, digest as it was, and pulled it again")


def check_unpacked(lab, docker, name):
    """The distribution's runc is too old to run what this engine asks for; but the engine lays the files out for it."""
    container = docker("create", "--network", "none", name, "/bin/sh").strip()
    files = lab.folder / "files.tar"
    docker("export", "--output", files, container)
    docker("rm", container)
    with tarfile.open(files) as archive:
        check("bin/sh" in archive.getnames() or "usr/bin/sh" in archive.getnames(), f"the engine has unpacked no shell of {name}")
