"""`larder pull --from-cluster` brings the images that a cluster's nodes have pulled, and `larder export --from-cluster` writes them into a
bundle: a new node gets them without the upstream. A node that can't be asked, and a cluster that isn't there, are named."""

import json
import subprocess

from lab.engine import HOST
from lab.larder import LAUNCHER
from lab.report import check, check_equal, say

CERTS = "/etc/containerd/certs.d"


def scenario(lab):
    quay_io = lab.quay_io(HOST)
    images = [lab.image(name) for name in ("quay.io/e2e/busybox", "quay.io/e2e/pair")]
    engine = lab.engine()
    node = engine.node("dev-control-plane", cluster="dev",
                       files={f"{CERTS}/quay.io/hosts.toml": f'[host."{quay_io.url}"]\n'}).wait_until_ready()
    for image in images:
        node.check_pulls(image)
    from_a_file(engine, node)
    quay_io.proxy.forget()

    engine.larder_image()
    engine.larder("up", "--no-watch", "--config", lab.configuration(quay_io, fresh_for="1h"))
    found, _ = pull(engine, "dev")
    check_equal({name: one["digest"] for name, one in found.items()}, {image.name: image.digest for image in images}, "what was pulled")
    wanted = {digest: size for image in images for digest, size in image.blobs.items()}
    check_equal(quay_io.proxy.sent("GET .*/blobs/"), sum(wanted.values()), "the bytes that the upstream has sent")
    say(f"the images of the cluster's node came into Larder's container; quay.io was asked: {quay_io.proxy.requests_by_kind()}")
    exported(lab, engine, images)
    quay_io.close()
    new_node(engine, images)
    not_there(engine)


def pull(engine, cluster, status=0):
    """Runs `larder pull --from-cluster`; gives what came of each image, and what was said on standard error."""
    done = subprocess.run([LAUNCHER, "pull", "--from-cluster", cluster, "-o", "json"], env=engine.environment, text=True,
                          capture_output=True, timeout=240)
    check_equal(done.returncode, status, f"status of larder pull --from-cluster {cluster}: {done.stdout} {done.stderr}")
    return {image["name"]: image for image in json.loads(done.stdout)["images"]} if done.stdout else {}, done.stderr


def from_a_file(engine, node):
    """An image that no registry has isn't asked for."""
    engine("tag", engine.base_image(), "docker.io/acme/loaded:e2e")
    engine("save", "--output", engine.folder / "loaded.tar", "docker.io/acme/loaded:e2e")
    engine("cp", engine.folder / "loaded.tar", f"{node.name}:/loaded.tar")
    node("ctr", "--namespace", "k8s.io", "images", "import", "/loaded.tar")


def exported(lab, engine, images):
    """The command writes the file, though Larder is in a container."""
    bundle = lab.folder / "bundle.tar"
    say(engine.larder("export", "--from-cluster", "dev", "-o", bundle).strip())
    target = lab.larder()
    report = json.loads(target.command("import", bundle, "-o", "json").splitlines()[-1])
    check_equal((report["failures"], report["tags"]), ([], len(images)), "what came of importing the bundle elsewhere")


def new_node(engine, images):
    engine.delete_cluster("dev")
    node = engine.node("dev-control-plane", cluster="dev").wait_until_ready()
    engine.larder("attach", "dev", "--no-configmap")
    for image in images:
        node.check_pulls(image)
    say("the node of a new cluster pulled and ran all of them without the upstream")


def not_there(engine):
    _, said = pull(engine, "other", status=1)
    check("no cluster is called other" in said and "dev" in said, f"of a cluster that isn't there it says: {said}")
    engine("stop", "--time", "5", "dev-control-plane")
    _, said = pull(engine, "dev", status=1)
    check("dev-control-plane" in said, f"of a node that is stopped it says: {said}")
    say(f"of a stopped node: {said.splitlines()[0]}")
