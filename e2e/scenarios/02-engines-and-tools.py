"""Docker's engine pulls by a registry mirror, and podman, skopeo, crane and oras by path or by registries.conf, all through Larder.
What any of them pushes to localhost:5000, the others pull again, bit for bit; containerd pulls what docker has pushed."""

import json

from lab import clients, containerd
from lab.programs import run
from lab.report import check, check_equal, megabytes, say
from lab.upstreams import REFERRER_TYPE

REGISTRY = "localhost:5000"


def scenario(lab):
    for name, version in clients.versions().items():
        say(f"{name}: {version}")
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, port=5000, engine_port=5001, login=lab.login())
    larder.start()
    docker = lab.docker(f"http://127.0.0.1:{larder.engine_port}")
    by_path = lab.containers(clients.registries_conf(REGISTRY, []))
    by_mirror = lab.containers(clients.registries_conf(REGISTRY, ["docker.io", "quay.io"]))

    docker_pulls(lab, docker, docker_io)
    podman_and_skopeo_pull(lab, by_path, by_mirror)
    crane_and_oras_pull(lab)

    pushed = docker_pushes(lab, docker)
    for version, folder in containerd.binaries().items():
        node = lab.containerd(folder, "hosts", larder.url)
        status = node.pull(f"{REGISTRY}/app:1")
        check_equal(status["repo_digests"], [f"{REGISTRY}/app@{pushed}"], "what containerd pulled of what docker pushed")
        node.check_runs(f"{REGISTRY}/app:1")
        # The name that a cluster's nodes would use; Larder is told that it is its own.
        node.pull("larder:5000/app:1")
        say(f"containerd {version} pulled and ran {REGISTRY}/app:1, pushed by docker: {pushed}; and pulled it as larder:5000/app:1")
    others_push(lab, by_path)
    oras_pushes(lab)
    listed = run("crane", "catalog", REGISTRY).split()
    check(set(listed) >= {"app", "by-skopeo", "by-podman", "by-crane", "by-oras"}, f"the catalog lists {listed}")
    say(f"the catalog lists {', '.join(listed)}")


def docker_pulls(lab, docker, docker_io):
    for name in "library/busybox", "e2e/pair", "library/debian":
        image = lab.image(f"docker.io/{name}")
        short = f"{name.removeprefix('library/')}:{image.tag}"
        docker("pull", "--quiet", short)
        check(any(seen.endswith(image.digest) for seen in docker.digests(short)), f"docker knows {short} as {docker.digests(short)}")
        docker.check_runs(short)
        say(f"docker pulled and ran {short} by its registry mirror, {megabytes(image.bytes)}")
    say(f"docker.io was asked for {docker_io.proxy.requests_by_kind()}; sent {megabytes(docker_io.proxy.sent('/blobs/'))} of blobs")
    image = lab.image("quay.io/e2e/pair")
    docker("pull", "--quiet", f"{REGISTRY}/{image}")
    docker.check_runs(f"{REGISTRY}/{image}")
    say(f"docker pulled and ran {REGISTRY}/{image} by path")


def podman_and_skopeo_pull(lab, by_path, by_mirror):
    names = "docker.io/library/busybox", "quay.io/e2e/pair", "quay.io/e2e/zstd"
    for way, tools, prefix in ("by path", by_path, f"{REGISTRY}/"), ("by registries.conf", by_mirror, ""):
        for image in map(lab.image, names):
            tools.podman("pull", "--quiet", prefix + image.name)
            seen = json.loads(tools.podman("image", "inspect", prefix + image.name))[0]
            check(any(digest.endswith(image.digest) for digest in seen["RepoDigests"]), f"podman knows {image} as {seen['RepoDigests']}")
            layout = lab.folder / f"{way}-{image.digest[7:]}"
            tools.skopeo("copy", "--all", "--quiet", f"docker://{prefix}{image}", f"oci:{layout}:copied")
            copied = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
            if image.media_type.startswith("application/vnd.oci"):
                # A layout of the OCI takes Docker's types only when they are rewritten.
                check_equal(copied, image.digest, f"digest of {image} as skopeo copied it")
            say(f"podman and skopeo pulled {prefix}{image} {way}")


def crane_and_oras_pull(lab):
    for image in map(lab.image, ("docker.io/library/busybox", "docker.io/private/app", "quay.io/e2e/pair", "quay.io/e2e/busybox")):
        check_equal(run("crane", "digest", f"{REGISTRY}/{image}").strip(), image.digest, f"digest of {image} for crane")
        run("crane", "validate", "--remote", f"{REGISTRY}/{image}")
        fetched = json.loads(run("oras", "manifest", "fetch", "--plain-http", "--descriptor", f"{REGISTRY}/{image}"))
        check_equal((fetched["digest"], fetched["mediaType"]), (image.digest, image.media_type), f"descriptor of {image} for oras")
        say(f"crane validated each layer of {REGISTRY}/{image}")
    image = lab.image("quay.io/e2e/busybox")
    say(f"oras pulled a note of text that refers to {image}: {pull_note(lab, f'{REGISTRY}/{image.upstream}/{image.repository}', image.digest)}")


def pull_note(lab, repository, digest):
    """Finds the artifact that refers to a digest, and gives the text in it."""
    found = json.loads(run("oras", "discover", "--plain-http", "--format", "json", f"{repository}@{digest}"))
    referrers = found.get("referrers") or found.get("manifests")
    check_equal([referrer["artifactType"] for referrer in referrers], [REFERRER_TYPE], f"types of what refers to {digest}")
    folder = lab.folder / f"note-{repository.replace('/', '-')}"
    run("oras", "pull", "--plain-http", "--output", folder, f"{repository}@{referrers[0]['digest']}")
    return (folder / "note.txt").read_text().strip()


def docker_pushes(lab, docker):
    """Pushes an image with docker and gives its digest, as docker says it."""
    docker("tag", "debian:e2e", f"{REGISTRY}/app:1")
    digest = next(word for word in docker("push", f"{REGISTRY}/app:1").split() if word.startswith("sha256:"))
    again = docker("push", f"{REGISTRY}/app:1")
    check("Pushed" not in again, f"docker sent layers again that the registry has: {again}")
    run("crane", "validate", "--remote", f"{REGISTRY}/app@{digest}")
    say(f"docker pushed {REGISTRY}/app:1 as {digest}, and nothing the second time")
    return digest


def others_push(lab, tools):
    image = lab.image("quay.io/e2e/pair")
    tools.skopeo("copy", "--all", "--quiet", f"docker://{REGISTRY}/{image}", f"docker://{REGISTRY}/by-skopeo:1")
    run("crane", "copy", f"{REGISTRY}/{image}", f"{REGISTRY}/by-crane:1")
    for name in "by-skopeo", "by-crane":
        check_equal(run("crane", "digest", f"{REGISTRY}/{name}:1").strip(), image.digest, f"digest of {name}")
        run("crane", "validate", "--remote", f"{REGISTRY}/{name}:1")
        say(f"{name.removeprefix('by-')} pushed an index of two platforms as {REGISTRY}/{name}:1, digest as it was")

    tools.podman("push", "--quiet", f"{REGISTRY}/quay.io/e2e/zstd:e2e", f"{REGISTRY}/by-podman:1")
    tools.podman("pull", "--quiet", f"{REGISTRY}/by-podman:1")
    run("crane", "validate", "--remote", f"{REGISTRY}/by-podman:1")
    say(f"podman pushed {REGISTRY}/by-podman:1 and pulled it again")


def oras_pushes(lab):
    note = "a note about a file\n"
    (lab.folder / "note.txt").write_text(note)
    (lab.folder / "file.bin").write_bytes(bytes(range(256)) * 4096)
    run("oras", "push", "--plain-http", f"{REGISTRY}/by-oras:1", "file.bin", cwd=lab.folder)
    run("oras", "attach", "--plain-http", "--artifact-type", REFERRER_TYPE, f"{REGISTRY}/by-oras:1", "note.txt", cwd=lab.folder)
    digest = run("oras", "resolve", "--plain-http", f"{REGISTRY}/by-oras:1").strip()
    check_equal(pull_note(lab, f"{REGISTRY}/by-oras", digest), note.strip(), "the note that oras pulled again")
    run("oras", "pull", "--plain-http", "--output", lab.folder / "again", f"{REGISTRY}/by-oras:1")
    check_equal((lab.folder / "again" / "file.bin").read_bytes(), bytes(range(256)) * 4096, "the file that oras pulled again")
    tags = run("crane", "ls", f"{REGISTRY}/by-oras").split()
    check_equal(tags, ["1"], "tags of by-oras: referrers need no tag where the registry has the API")
    say("oras pushed an artifact and a note that refers to it, found it by the referrers API, and pulled both")
