"""`larder pull` brings what Kubernetes' YAML, a chart rendered by helm, JSON and a custom resource name: each byte once, one platform
alone, nothing that is here; then containerd pulls all of it without upstreams. What can't be had is named, and the exit code tells."""

import json
import os
import pty
import subprocess

from lab import containerd
from lab.larder import LAUNCHER
from lab.programs import require, run
from lab.report import check, check_equal, megabytes, say

BLOBS = "GET .*/blobs/"
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers: [{name: init, image: quay.io/e2e/pair:e2e}]
      containers: [{name: web, image: "busybox:e2e"}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: cron}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: cron, image: docker.io/library/busybox:e2e}]}}}}}
"""
CUSTOM = """
apiVersion: example.org/v1
kind: Pipeline
spec:
  stages:
    - runner: {podTemplate: {spec: {containers: [{name: run, image: quay.io/e2e/busybox:e2e}]}}}
"""
UNRENDERED = """
kind: Pod
spec:
  {{- if .Values.on }}
  containers: [{name: a, image: quay.io/e2e/never:e2e}]
  {{- end }}
"""
POD = {"kind": "List", "items": [{"kind": "Pod", "spec": {
    "containers": [{"name": "main", "image": "e2e/pair:e2e"}],
    "volumes": [{"name": "data", "image": {"reference": "docker.io/e2e/pair:e2e"}}]}}]}
CHART = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec: {template: {spec: {containers: [{name: db, image: "{{ .Values.image }}"}]}}}
"""


def scenario(lab):
    require("helm")
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, fresh_for="1h", login=lab.login())
    manifests = folder(lab)
    nothing_serves(larder, manifests)
    larder.start()
    images = [lab.image(name) for name in ("docker.io/library/busybox", "docker.io/e2e/pair", "quay.io/e2e/pair", "quay.io/e2e/busybox")]
    from_a_folder(larder, manifests, images, (docker_io, quay_io))
    images.append(from_a_chart(lab, larder))
    images.append(on_a_terminal(lab, larder, quay_io))
    refused(lab, larder, manifests, (docker_io, quay_io))
    docker_io.close()
    quay_io.close()
    for version, binaries in containerd.binaries().items():
        node = lab.containerd(binaries, "hosts", larder.url)
        for image in images:
            node.check_pulls(image)
        say(f"containerd {version} pulled and ran all {len(images)} images without upstreams")


def pull(larder, *arguments, stdin="", status=0):
    """Runs `larder pull`; gives what came of each image, by name, and what was said on standard error."""
    argv = [str(part) for part in (LAUNCHER, "pull", *arguments, "--config", larder.configuration, "-o", "json")]
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=240)
    check_equal(done.returncode, status, f"status of {' '.join(argv)}: {done.stdout} {done.stderr}")
    images = json.loads(done.stdout)["images"] if done.stdout else []
    return {image["name"]: image for image in images}, done.stderr


def folder(lab):
    manifests = lab.folder / "manifests"
    (manifests / "chart" / "templates").mkdir(parents=True)
    (manifests / "web.yaml").write_text(DEPLOYMENT)
    (manifests / "pipeline.yml").write_text(CUSTOM)
    (manifests / "pods.json").write_text(json.dumps(POD))
    (manifests / "chart" / "templates" / "pod.yaml").write_text(UNRENDERED)
    (manifests / "README.md").write_text("containers: [{image: not-yaml}]\n")
    return manifests


def nothing_serves(larder, manifests):
    found, said = pull(larder, "-f", manifests, "--data", larder.data, status=1)
    check("there is no store" in said and not found, f"without a Larder it says: {said}")
    say(f"without a Larder: {said.splitlines()[-1]}")


def from_a_folder(larder, manifests, images, upstreams):
    found, said = pull(larder, "-f", manifests)
    check_equal(set(found), {image.name for image in images}, "the images that were pulled")
    check_equal({name: image["digest"] for name, image in found.items()}, {image.name: image.digest for image in images}, "their digests")
    check("pod.yaml:" in said, f"the template that isn't rendered isn't named: {said}")
    # What both have comes from one of them.
    wanted = {digest: size for image in images for digest, size in image.blobs.items()}
    gets = [exchange.path.rsplit("/", 1)[-1] for upstream in upstreams for exchange in upstream.proxy.exchanges(BLOBS)]
    check_equal(sorted(gets), sorted(wanted), "the blobs that upstreams were asked for, once each and for one platform")
    check_equal(sum(upstream.proxy.sent(BLOBS) for upstream in upstreams), sum(wanted.values()), "the bytes that upstreams have sent")
    for upstream in upstreams:
        say(f"{upstream.name} was asked: {upstream.proxy.requests_by_kind()}")
        upstream.proxy.forget()
    again, _ = pull(larder, "-f", manifests)
    check_equal({image["fetched"] for image in again.values()}, {0}, "what was fetched again")
    check_equal([exchange for upstream in upstreams for exchange in upstream.proxy.exchanges()], [], "what upstreams were asked again")
    lines = run(LAUNCHER, "pull", "-f", manifests, "--config", larder.configuration).splitlines()
    check_equal(sorted(lines), sorted(f"here already: {image.name}" for image in images), "what is said of images that are here")
    say(f"{len(images)} images from YAML, JSON and a custom resource; once more, no upstream was asked")


def from_a_chart(lab, larder):
    image = lab.image("docker.io/library/debian")
    chart = lab.folder / "db"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: db\nversion: 1.0.0\n")
    (chart / "values.yaml").write_text("image: none\n")
    (chart / "templates" / "db.yaml").write_text(CHART)
    rendered = run("helm", "template", "db", chart, "--set", f"image={image.name}", env={"HOME": str(lab.folder / "helm")})
    found, _ = pull(larder, "-f", "-", stdin=rendered)
    check_equal([(name, one["digest"]) for name, one in found.items()], [(image.name, image.digest)], "the chart's image")
    say(f"what helm template printed was pulled: {found[image.name]['fetched']} parts, {megabytes(found[image.name]['fetchedBytes'])}")
    return image


def on_a_terminal(lab, larder, upstream):
    """Bars are drawn while layers come."""
    image = lab.image("quay.io/e2e/zstd")
    # Slow enough for two looks at the least.
    upstream.proxy.fault(BLOBS, rate=50_000_000)
    argv = [str(part) for part in (LAUNCHER, "pull", image.name, "--config", larder.configuration)]
    process, terminal = pty.fork()
    if process == 0:
        os.execv(argv[0], argv)
    shown = b""
    while piece := read(terminal):
        shown += piece
    check_equal(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0, f"status on a terminal: {shown}")
    upstream.proxy.heal()
    text = shown.decode()
    layer = max(image.blobs, key=image.blobs.get).removeprefix("sha256:")[:12]
    check(f"{layer} " in text and "=" in text and "MB/" in text, f"no bar of the layer {layer} was drawn: {text!r}")
    check(f"pulled: {image.name}" in text, f"no line says that it was pulled: {text!r}")
    say(f"on a terminal, {text.count(layer)} drawings of a bar for the layer {layer}")
    return image


def read(terminal):
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # how the kernel says that nobody has the other end any more
        return b""


def refused(lab, larder, manifests, upstreams):
    image = lab.image("quay.io/e2e/busybox")
    address = f"localhost:{larder.port}"
    found, said = pull(larder, "quay.io/e2e/never:1", image.name, f"{address}/app:1", status=1)
    check_equal([name for name, one in found.items() if "failure" in one], ["quay.io/e2e/never:1", f"{address}/app:1"], "what failed")
    say(f"named as failed: {found['quay.io/e2e/never:1']['failure']}")
    run("crane", "copy", "--insecure", f"127.0.0.1:{larder.port}/{image}", f"127.0.0.1:{larder.port}/app:1")
    found, _ = pull(larder, f"{address}/app:1")
    check_equal(found[f"{address}/app:1"]["fetched"], 0, "what was fetched of an image that was pushed")
    found, _ = pull(larder, "quay.io/e2e/pair:e2e", "--platform", "linux/s390x", status=1)
    say(f"for another platform: {found['quay.io/e2e/pair:e2e']['failure']}")
    for upstream in upstreams:
        upstream.proxy.forget()
    _, said = pull(larder, "-f", manifests, "quay.io/e2e/big:e2e", "--strict", status=1)
    check_equal([exchange for upstream in upstreams for exchange in upstream.proxy.exchanges()], [], "what was asked with --strict")
    pull(larder, status=2)
    pull(larder, "Not a name", status=2)
    found, _ = pull(larder, "quay.io/e2e/pair:e2e", "--platform", "all")
    check_equal(found["quay.io/e2e/pair:e2e"]["fetched"], 3, "manifest, configuration and layer of the other platform")
