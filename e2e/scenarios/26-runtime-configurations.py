"""What `larder config` prints is used as it is printed: by Docker's engines of today and of then, podman, skopeo, BuildKit and
containerd, each of which pulls through Larder with it. A file that is there already is merged into."""

import json
import pathlib
import re
import textwrap

from lab import clients, containerd, larder as larder_program
from lab.images import GREETING
from lab.programs import CommandFailed, require, run
from lab.report import check, check_equal, say

# As the container of `larder up` is published; so what is printed for this machine needs no --server.
PORT = 5001
REGISTRY = f"localhost:{PORT}"
HUB_PORT = 5002
LAYER = "/run/e2e-etc"
CONTAINERFILE = """
FROM quay.io/e2e/busybox:e2e
COPY greeting /greeting
"""


def scenario(lab):
    require("buildkitd")
    require("dockerd")
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, port=PORT, engine_port=HUB_PORT)
    larder.start()
    own_etc()
    podman_and_skopeo(lab, larder)
    strictly(lab)
    buildkit(lab)
    docker(lab)
    docker_by_hosts_toml(lab)
    nodes(lab)


def config(*arguments):
    return run(larder_program.LAUNCHER, "config", *arguments)


def own_etc():
    """Gives the scenario an /etc that it may change: what is written there is in memory, and its alone."""
    for folder in "upper", "work":
        pathlib.Path(LAYER, folder).mkdir(parents=True)
    run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir=/etc,upperdir={LAYER}/upper,workdir={LAYER}/work", "/etc")


def podman_and_skopeo(lab, larder):
    tools = lab.containers(config("podman", "--config", larder.configuration))
    for name in "docker.io/library/busybox", "quay.io/e2e/pair":
        image = lab.image(name)
        tools.podman("pull", "--quiet", image.name)
        seen = json.loads(tools.podman("image", "inspect", image.name))[0]["RepoDigests"]
        check(any(digest.endswith(image.digest) for digest in seen), f"podman knows {image} as {seen}")
        tools.skopeo("copy", "--all", "--quiet", f"docker://{image}", f"docker://{REGISTRY}/by-skopeo:1")
        check_equal(run("crane", "digest", f"{REGISTRY}/by-skopeo:1").strip(), image.digest, f"digest of {image} as skopeo pushed it")
        say(f"podman pulled {image} by what `larder config podman` prints; skopeo copied it from there to {REGISTRY}")


def strictly(lab):
    """With --strict, an image that Larder refuses is asked of nobody else."""
    refused = {}
    for flags in ([], ["--strict"]):
        tools = lab.containers(config("podman", "--upstreams", "nowhere.example", *flags))
        try:
            tools.skopeo("inspect", "--raw", "docker://nowhere.example/app:1")
        except CommandFailed as failed:
            refused[bool(flags)] = str(failed)
    check("lookup nowhere.example" in refused[False], f"without --strict, skopeo did not go on to the registry itself: {refused[False]}")
    check("lookup nowhere.example" not in refused[True] and REGISTRY in refused[True], f"with --strict: {refused[True]}")
    say("skopeo went on to a registry that Larder refuses, and with --strict it did not")


def buildkit(lab):
    daemon = lab.buildkit(lambda file: config("buildkit", "--server", REGISTRY, "--merge", file))
    context = lab.folder / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(CONTAINERFILE)
    (context / "greeting").write_text(GREETING)
    daemon.build(context, "--output", f"type=image,name={REGISTRY}/by-buildkit:1,push=true")
    run("crane", "validate", "--remote", f"{REGISTRY}/by-buildkit:1")
    say(f"BuildKit built on a quay.io image and pushed to {REGISTRY}, by its own file with `larder config buildkit` merged into it")


def docker(lab):
    mine = lab.folder / "daemon.json"
    mine.write_text(json.dumps(clients.CONTAINERDS_STORE))
    configurations = {
        True: config("docker", "--merge", mine),
        False: config("docker", "--server", f"127.0.0.1:{HUB_PORT}=docker.io"),
    }
    for built, daemon_json in configurations.items():
        engine = lab.docker(None, built, daemon_json)
        image = lab.image("docker.io/e2e/pair")
        short = f"e2e/pair:{image.tag}"
        engine("pull", "--quiet", short)
        check(any(seen.endswith(image.digest) for seen in engine.digests(short)), f"docker knows {short} as {engine.digests(short)}")
        say(f"docker's engine {'of today' if built else 'of Debian'} pulled {short} by {' '.join(daemon_json.split())}")
        engine.close()


def docker_by_hosts_toml(lab):
    folder = pathlib.Path("/etc/docker/certs.d/_default")
    folder.mkdir(parents=True)
    (folder / "hosts.toml").write_text(config("containerd", "--server", REGISTRY))
    engine = lab.docker(None, built=True, daemon_json=json.dumps(clients.CONTAINERDS_STORE))
    for name in "docker.io/library/busybox", "quay.io/e2e/zstd":
        image = lab.image(name)
        engine("pull", "--quiet", image.name)
        check(any(seen.endswith(image.digest) for seen in engine.digests(image.name)), f"docker knows {image} as {engine.digests(image.name)}")
    say("docker's engine of today pulled from both upstreams by one hosts.toml, with no mirror configured")


def nodes(lab):
    """The patch for Kind's nodes, with each version of containerd; and hosts.toml in the folder that it names."""
    folder = pathlib.Path("/etc/containerd/certs.d/_default")
    folder.mkdir(parents=True)
    (folder / "hosts.toml").write_text(config("containerd", "--server", REGISTRY))
    patch = textwrap.dedent(re.search(r"- \|-\n((?: .*\n)+)", config("kind"))[1])
    check("certs.d" in patch, f"the patch is {patch!r}")
    for version, binaries in containerd.binaries().items():
        node = lab.containerd(binaries, None, None, settings=patch)
        for name in "docker.io/library/busybox", "quay.io/e2e/pair":
            node.check_pulls(lab.image(name))
        node.pull(f"{REGISTRY}/by-buildkit:1")
        say(f"containerd {version} pulled from both upstreams, and what was pushed, with the patch of `larder config kind`")
