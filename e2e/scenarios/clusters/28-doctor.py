"""larder doctor finds each of nine faults that are planted in an engine and in nodes, and nothing in a node that is well; what it says to
do helps. It names what can't be looked at, and the images that never came through Larder."""

import json
import subprocess

from lab.engine import HOST
from lab.larder import LAUNCHER
from lab.report import check, check_equal, say

LARDER = "localhost:5001"
CERTS = "/etc/containerd/certs.d"
BLOBS = "/var/lib/containerd/io.containerd.content.v1.content/blobs"
PROXY = "http://me:secret@proxy.corp:3128"
WELL = "well-control-plane"
# What is planted in a node each, as options of Engine.node; and the area and the words by which it is to be found.
PLANTED = {
    "odd-elsewhere": ({"network": "elsewhere"}, "network", "elsewhere"),
    "odd-empty": ({"registry": "empty"}, "containerd", "config_path"),
    "odd-mirrors": ({"registry": "mirrors"}, "containerd", "mirrors"),
    "odd-folder": ({"files": {f"{CERTS}/quay.io/hosts.toml": 'server = "https://quay.io"\n'}}, "containerd", "quay.io"),
    "odd-hosts": ({"options": ("--add-host", "larder:172.18.9.9")}, "names", "172.18.9.9"),
    "odd-proxy": ({"options": ("--env", f"HTTP_PROXY={PROXY}", "--env", "NO_PROXY=10.0.0.0/8,.svc")}, "proxy", "http://proxy.corp:3128"),
}
ATTACHABLE = ["odd-elsewhere", "odd-empty", "odd-folder"]


def scenario(lab):
    engine = lab.engine()
    without_engine(engine)
    engine.larder_image()
    engine.larder("up", "--no-watch")
    api = lab.kube_apiserver()
    node = well(engine, api)
    hosting(engine, api)
    taken_address(lab, engine, node)
    neighbour(engine)
    planted(engine)
    coverage(lab, engine)
    stopped(engine)


def doctor(engine, *arguments, env=None):
    """What it says, which its exit code says too."""
    done = subprocess.run([LAUNCHER, "doctor", "--output", "json", *arguments], env=engine.environment | (env or {}), text=True,
                          capture_output=True, timeout=120)
    check(done.stdout, f"larder doctor says nothing: {done.stderr}")
    report = json.loads(done.stdout)
    check_equal(done.returncode, int(any(found["severity"] == "error" for found in report["findings"])), "larder doctor's exit code")
    return report


def findings(report, area, subject):
    """Those of one area about one subject."""
    return [finding for finding in report["findings"] if (finding["area"], finding["subject"]) == (area, subject)]


def one(report, area, subject, severity, words):
    """The one that there is; gives what it says to do."""
    found = findings(report, area, subject)
    check_equal([finding["severity"] for finding in found], [severity], f"what is found about {area} of {subject}: {found}")
    check(words in found[0]["what"], f"not {words!r} is said of {subject}, but: {found[0]['what']}")
    check(found[0]["remedy"], f"nothing is said to do about: {found[0]['what']}")
    say(f"{severity}: {subject}: {found[0]['what']}")
    return found[0]["remedy"]


def not_made(report):
    return {check_["area"] for check_ in report["notMade"]}


def without_engine(engine):
    report = doctor(engine, env={"DOCKER_HOST": "unix:///nowhere.sock"})
    one(report, "engine", "engine", "error", "no container engine answers")
    check(len(not_made(report)) > 8, f"without an engine only these aren't looked at: {report['notMade']}")


def well(engine, api):
    """A node of whose cluster all is as it should be."""
    node = engine.node(WELL, cluster="well").wait_until_ready()
    node("mkdir", "--parents", "/etc/kubernetes/pki")
    engine("cp", api.folder / "admin.conf", f"{WELL}:/etc/kubernetes/admin.conf")
    api.add_node(WELL)
    engine.larder("attach", "well")
    check_equal(announced(api), [LARDER] * 3, "where the cluster and its node say that the registry is")
    report = doctor(engine, "well")
    check_equal(report["findings"], [], "what is found where all is well")
    check_equal(not_made(report), {"taken-address"}, "what can't be looked at: there is no certificate")
    say(f"of an attached node, {report['checks']} checks find nothing")
    return node


def hosting(engine, api):
    """What a cluster says of its registry, after another tool's registry has gone."""
    engine.larder("detach", "well")
    check_equal(announced(api), [], "what the cluster and its node say of a registry after larder detach")
    say_host(api, "create", "localhost:5999")
    engine.larder("attach", "well")
    remedy = one(doctor(engine, "well"), "config-map", "well", "error", "localhost:5999, where nobody answers")
    check("--context kind-well -n kube-public delete configmap" in remedy, f"how to remove a ConfigMap: {remedy}")
    say_host(api, "replace", "127.0.0.1:5001")
    check_equal(findings(doctor(engine, "well"), "config-map", "well"), [], "what is found of a ConfigMap that names Larder")


def announced(api):
    """What the ConfigMap and the annotations say, as far as they are there."""
    maps = json.loads(api.kubectl("get", "configmaps", "--namespace", "kube-public", "--output", "json"))["items"]
    said = [found["data"]["localRegistryHosting.v1"] for found in maps if found["metadata"]["name"] == "local-registry-hosting"]
    annotations = api.object("node", WELL)["metadata"].get("annotations", {})
    return [text.split('"')[1] for text in said] + [annotations[key] for key in ("tilt.dev/registry", "kind.x-k8s.io/registry")
                                                    if key in annotations]


def say_host(api, verb, host):
    api.kubectl(verb, "--filename", "-", stdin=json.dumps({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "local-registry-hosting", "namespace": "kube-public"},
        "data": {"localRegistryHosting.v1": f'host: "{host}"\n'},
    }))


def taken_address(lab, engine, node):
    """The node's cluster was made while the node had the address that another container has now."""
    engine("run", "--detach", "--name", "taker", "--network", "kind", "--entrypoint", "sleep", "node:2", "infinity")
    certificate, _ = lab.authority.server(engine.address("taker", "kind"))
    engine("cp", certificate, f"{WELL}:/etc/kubernetes/pki/apiserver.crt")
    one(doctor(engine, "well"), "taken-address", WELL, "error", "taker has taken it")
    certificate, _ = lab.authority.server(engine.address(WELL, "kind"))
    engine("cp", certificate, f"{WELL}:/etc/kubernetes/pki/apiserver.crt")
    report = doctor(engine, "well")
    check_equal((findings(report, "taken-address", WELL), not_made(report)), ([], set()), "what is found of the address in a certificate")
    engine("rm", "--force", "taker")


def neighbour(engine):
    """A container that starts with the engine has an address among those of nodes."""
    engine("run", "--detach", "--name", "registry-2", "--restart", "always", "--network", "kind", "--entrypoint", "sleep", "node:2",
           "infinity")
    remedy = one(doctor(engine, "well"), "low-addresses", "registry-2", "warning", engine.address("registry-2", "kind"))
    engine.run("sh", "-c", remedy.partition(";")[0])
    check_equal(findings(doctor(engine, "well"), "low-addresses", "registry-2"), [], "what is found after that was done")
    engine("rm", "--force", "registry-2")


def planted(engine):
    for name, (how, _, _) in PLANTED.items():
        engine.node(name, cluster="odd", role="worker", **how).wait_until_ready()
    report = doctor(engine, "odd")
    for name, (_, area, words) in PLANTED.items():
        one(report, area, name, "error", words)
    check("secret" not in json.dumps(report), "a proxy's password is told")
    # It also says that in one of them it can't.
    subprocess.run([LAUNCHER, "attach", "odd"], env=engine.environment, capture_output=True, timeout=300)
    report = doctor(engine, "odd")
    check_equal([found for name in ATTACHABLE for area in ("network", "containerd", "names") for found in findings(report, area, name)], [],
                "what is found where larder attach was the thing to do")
    say(f"after larder attach, nothing is found any more of {', '.join(ATTACHABLE)}")


def coverage(lab, engine):
    """One image past Larder, one through it, one from a file, and one that is older than the node."""
    quay_io = lab.quay_io(HOST)
    past = lab.image("quay.io/e2e/busybox")
    folder = lab.client_folder("coverage")
    folder.mkdir(parents=True)
    node = engine.node("covered", cluster="covered", role="worker",
                       files={f"{CERTS}/quay.io/hosts.toml": f'[host."{quay_io.url}"]\n'}).wait_until_ready()
    node.pull(past.name)
    engine.larder("attach", "covered")
    names = {}
    for name in "through", "from-file", "old":
        (folder / name).write_text(name)
        engine.run("tar", "--create", "--file", folder / f"{name}.tar", "--directory", folder, name)
        names[name] = f"{LARDER}/{name}:e2e"
        engine("import", folder / f"{name}.tar", names[name])
    engine("push", names["through"])
    node.pull(names["through"])
    for name in "from-file", "old":
        engine("save", "--output", folder / f"{name}.image", names[name])
        engine("cp", folder / f"{name}.image", f"covered:/{name}.image")
        node("ctr", "--namespace", "k8s.io", "images", "import", f"/{name}.image")
    for line in node("ctr", "--namespace", "k8s.io", "images", "list").splitlines():
        if line.startswith(names["old"]):
            node("touch", "--date", "2020-01-01", f"{BLOBS}/{line.split()[2].replace(':', '/')}")
    seen = doctor(engine, "covered")["coverage"]
    check_equal({image["names"][0]: (image["origin"], image["inLarder"]) for image in seen["images"]}, {
        past.name: ("pulled", False), names["through"]: ("pulled", True),
        names["from-file"]: ("imported", False), names["old"]: ("node-image", False),
    }, "how the node's images came there, and whether Larder has them")
    check_equal((seen["pulled"], seen["missed"], seen["notPulled"]), (2, 1, 2), "how many were pulled, never came through, and others")
    say(f"of 2 images that a node has pulled, 1 never came through Larder: {past.name}")


def stopped(engine):
    engine("stop", "--time", "5", "larder")
    report = doctor(engine, "well")
    one(report, "larder", "larder", "error", "doesn't run")
    wanted = {"port", "network", "names", "proxy", "containerd", "coverage"}
    check(wanted <= not_made(report), f"without Larder, only these aren't looked at: {report['notMade']}")
