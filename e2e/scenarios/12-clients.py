"""buildah, regctl, helm, cosign, oras and Jib push to Larder and pull again; then a second Larder, with nothing but the first one as
its upstream, gives each of them the same by mirroring it. Docker, podman, skopeo and crane are in 02-engines-and-tools."""

import json
import pathlib
import shutil

from lab import clients
from lab.images import GREETING
from lab.programs import CommandFailed, require, run
from lab.report import check, check_equal, say
from lab.upstreams import REFERRER_TYPE

REGISTRY = "localhost:5000"
MIRROR = "localhost:5005"
# The name under which the second Larder mirrors the first.
HOME = "larder.example"


def scenario(lab):
    for tool in "regctl", "helm", "cosign":
        require(tool)
    for name, version in clients.versions().items():
        say(f"{name}: {version}")
    larder = lab.larder(lab.docker_io(), lab.quay_io(), port=5000)
    larder.start()
    mirror = lab.larder(lab.as_upstream(larder, HOME), port=5005)
    mirror.start()
    for client in buildah, regctl, helm, cosign, oras, jib:
        client(lab)
    chunks = (larder.folder / "larder.log").read_text().count(" 202 hosted 300000 bytes")
    check(chunks >= 3, f"{chunks} chunks of 300 kB came: regctl pushed in another way than it was told to")


def buildah(lab):
    tools = lab.containers(clients.registries_conf(REGISTRY, []) + clients.registries_conf(MIRROR, []))
    context = lab.folder / "context"
    context.mkdir()
    (context / "note").write_text("built by buildah\n")
    (context / "Containerfile").write_text(f"FROM {REGISTRY}/docker.io/library/busybox:e2e\nCOPY note /note\n")
    tools.buildah("build", "--quiet", "--tag", f"{REGISTRY}/by-buildah:1", context)
    tools.buildah("push", "--quiet", f"{REGISTRY}/by-buildah:1")
    digest = run("crane", "digest", f"{REGISTRY}/by-buildah:1").strip()
    for registry in f"{REGISTRY}", f"{MIRROR}/{HOME}":
        tools.buildah("rmi", "--all", "--force")
        container = tools.buildah("from", "--quiet", f"{registry}/by-buildah:1").strip()
        mounted = pathlib.Path(tools.buildah("mount", container).strip())
        check_equal((mounted / "note").read_text(), "built by buildah\n", "a file of the image that buildah pulled")
        tools.buildah("rm", container)
    say(f"buildah built on a mirrored image and pushed {digest}; pulled it again, and through a mirror")


def regctl(lab):
    configuration = {"REGCTL_CONFIG": str(lab.folder / "regctl.json")}
    # So small that a layer of a megabyte goes up in chunks.
    limits = "--blob-chunk", "300000", "--blob-max", "300000"
    for registry in REGISTRY, MIRROR:
        run("regctl", "registry", "set", "--tls", "disabled", *limits, registry, env=configuration)
    image = lab.image("quay.io/e2e/busybox")
    run("regctl", "image", "copy", "--referrers", f"{REGISTRY}/{image}", f"{REGISTRY}/by-regctl:1", env=configuration)
    for repository in f"{REGISTRY}/by-regctl", f"{MIRROR}/{HOME}/by-regctl":
        check_equal(run("regctl", "image", "digest", f"{repository}:1", env=configuration).strip(), image.digest, f"digest of {repository}")
        run("crane", "validate", "--remote", f"{repository}:1")
        listed = json.loads(run("regctl", "artifact", "list", "--format", "{{json .}}", f"{repository}:1", env=configuration))
        check_equal([one["artifactType"] for one in listed["descriptors"]], [REFERRER_TYPE], f"what refers to {repository}:1 for regctl")
        check_equal(run("regctl", "tag", "ls", repository, env=configuration).split(), ["1"], f"tags of {repository}")
    run("regctl", "tag", "delete", f"{REGISTRY}/by-regctl:1", env=configuration)
    check_equal(run("regctl", "tag", "ls", f"{REGISTRY}/by-regctl", env=configuration).split(), [], "tags after the only one was deleted")
    say("regctl copied an image in chunks of 300 kB with what refers to it, read both again and through a mirror, and deleted its tag")


def helm(lab):
    chart = lab.folder / "greeter"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: greeter\nversion: 1.2.3+build.4\n")
    (chart / "templates" / "greeting.yaml").write_text(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: g}}\ndata: {{g: {GREETING}}}\n")
    environment = {"HOME": str(lab.folder / "helm")}
    run("helm", "package", chart, "--destination", lab.folder, env=environment)
    package = next(lab.folder.glob("greeter-*.tgz"))
    run("helm", "push", package, f"oci://{REGISTRY}/charts", "--plain-http", env=environment)
    for number, registry in enumerate((REGISTRY, f"{MIRROR}/{HOME}")):
        name = f"oci://{registry}/charts/greeter"
        pulled = lab.folder / f"helm-{number}"
        pulled.mkdir()
        run("helm", "pull", name, "--version", "1.2.3+build.4", "--plain-http", "--destination", pulled, env=environment)
        check_equal(next(pulled.iterdir()).read_bytes(), package.read_bytes(), f"the chart that helm pulled from {registry}")
        # A range of versions is looked up in the list of tags.
        rendered = run("helm", "template", name, "--version", ">=1.0.0", "--plain-http", env=environment)
        check(GREETING in rendered, f"helm rendered {rendered!r}")
    say("helm pushed a chart, pulled it again and through a mirror, by version and by a range of versions")


def cosign(lab):
    folder = lab.folder / "cosign"
    folder.mkdir()
    environment = {"HOME": str(folder), "COSIGN_PASSWORD": "e2e"}
    run("cosign", "generate-key-pair", cwd=folder, env=environment)
    # Nothing of sigstore.dev: no transparency log, no timestamps, only the key.
    alone = "--tlog-upload=false", "--use-signing-config=false", "--yes", "--key", "cosign.key"
    image = lab.image("quay.io/e2e/pair")
    for name, form in ("signed-by-tag", "--new-bundle-format=false"), ("signed-by-referrer", "--new-bundle-format=true"):
        run("crane", "copy", f"{REGISTRY}/{image}", f"{REGISTRY}/{name}:1")
        run("cosign", "sign", *alone, form, f"{REGISTRY}/{name}@{image.digest}", cwd=folder, env=environment)
        tags = run("crane", "ls", f"{REGISTRY}/{name}").split()
        check((f"{image.digest.replace(':', '-')}.sig" in tags) == (name == "signed-by-tag"), f"cosign left the tags {tags}")
        for registry in REGISTRY, f"{MIRROR}/{HOME}":
            run("cosign", "verify", "--key", "cosign.pub", "--insecure-ignore-tlog=true", form, f"{registry}/{name}:1",
                cwd=folder, env=environment)
        check_refused_with_another_key(folder, environment, f"{REGISTRY}/{name}:1", form)
        say(f"cosign signed {REGISTRY}/{name}:1 ({form.removeprefix('--')}) and verified it, also through a mirror")


def check_refused_with_another_key(folder, environment, image, form):
    """Else the verification that went well would mean nothing."""
    if not (folder / "other.pub").exists():
        run("cosign", "generate-key-pair", "--output-key-prefix", "other", cwd=folder, env=environment)
    try:
        run("cosign", "verify", "--key", "other.pub", "--insecure-ignore-tlog=true", form, image, cwd=folder, env=environment)
    except CommandFailed:
        return
    check(False, f"cosign verified {image} with a key that it wasn't signed with")


def oras(lab):
    (lab.folder / "file.bin").write_bytes(bytes(range(256)) * 4096)
    (lab.folder / "statement.txt").write_text("a statement\n")
    run("oras", "push", "--plain-http", f"{REGISTRY}/by-oras:1", "file.bin", cwd=lab.folder)
    run("oras", "attach", "--plain-http", "--artifact-type", REFERRER_TYPE, f"{REGISTRY}/by-oras:1", "statement.txt", cwd=lab.folder)
    for number, repository in enumerate((f"{REGISTRY}/by-oras", f"{MIRROR}/{HOME}/by-oras")):
        found = json.loads(run("oras", "discover", "--plain-http", "--format", "json", f"{repository}:1"))["referrers"]
        check_equal([one["artifactType"] for one in found], [REFERRER_TYPE], f"what refers to {repository}:1 for oras")
        pulled = lab.folder / f"oras-{number}"
        run("oras", "pull", "--plain-http", "--output", pulled, f"{repository}@{found[0]['digest']}")
        check_equal((pulled / "statement.txt").read_text(), "a statement\n", f"what oras pulled from {repository}")
    # The whole graph at once, from one registry to the other way of naming it.
    run("oras", "copy", "--recursive", "--from-plain-http", "--to-plain-http", f"{MIRROR}/{HOME}/by-oras:1", f"{REGISTRY}/again:1")
    found = json.loads(run("oras", "discover", "--plain-http", "--format", "json", f"{REGISTRY}/again:1"))["referrers"]
    check_equal(len(found), 1, "referrers that oras copied along")
    say("oras attached, discovered, pulled and copied an artifact with what refers to it, also through a mirror")


def jib(lab):
    project = lab.folder / "jib"
    shutil.copytree(clients.TOOLS / "jib", project)
    run("mvn", "-B", "-ntp", "-q", "compile", "jib:build", f"-Djib.from.image={REGISTRY}/docker.io/library/busybox:e2e",
        f"-Djib.to.image={REGISTRY}/by-jib:1", "-Djib.useOnlyProjectCache=true", cwd=project)
    for repository in f"{REGISTRY}/by-jib", f"{MIRROR}/{HOME}/by-jib":
        run("crane", "validate", "--remote", f"{repository}:1")
    # And on what it has built itself, through the mirror.
    run("mvn", "-B", "-ntp", "-q", "compile", "jib:build", f"-Djib.from.image={MIRROR}/{HOME}/by-jib:1",
        f"-Djib.to.image={REGISTRY}/by-jib:2", "-Djib.useOnlyProjectCache=true", cwd=project)
    layers = [len(json.loads(run("crane", "manifest", f"{REGISTRY}/by-jib:{tag}"))["layers"]) for tag in (1, 2)]
    check_equal(layers[1] - layers[0], layers[0] - 2, f"layers that Jib has put on top: {layers}")
    say(f"Jib pulled a base image through a mirror and pushed an image of {layers[0]} layers, twice")
