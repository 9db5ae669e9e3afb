"""Debian's docker-registry and then Larder in its place serve the same clients from the same config.yml, folder and REGISTRY_ variables:
as a plain registry, and as a proxy of another. As a proxy Larder takes pushes too: what was pushed comes before what is mirrored."""

from lab import clients, containerd, programs, web
from lab.larder import LAUNCHER
from lab.programs import run
from lab.report import check, check_equal, say

PORT = 5000
REGISTRY = f"localhost:{PORT}"
URL = f"http://127.0.0.1:{PORT}"
COMMANDS = {"docker-registry": ["docker-registry"], "larder": [LAUNCHER]}


def scenario(lab):
    remote = lab.plain_registry("docker.io")
    docker = lab.docker(URL)
    tools = lab.containers(clients.registries_conf(REGISTRY, []))
    for name in COMMANDS:
        with Served(lab, name, "plain", []):
            plain(lab, name, remote, docker, tools)
        with Served(lab, name, "plain", [], {"REGISTRY_STORAGE_DELETE_ENABLED": "true"}):
            check_equal(deletion("app", "1"), 202, f"status of a deletion at {name}, where it is turned on")
            say(f"{name}: deleted, where that is turned on")
        with Served(lab, name, "proxy", ["proxy: {remoteurl: 'http://127.0.0.1:1'}"], {"REGISTRY_PROXY_REMOTEURL": remote.url}) as served:
            proxy(lab, name, docker)
            if name == "larder":
                pushes_over_the_proxy(lab, remote, docker, tools)
                larder_says(served)
            else:
                check_equal(web.ask("POST", f"{URL}/v2/app/blobs/uploads/", {"Content-Length": "0"}).status, 405, f"status of a push to {name}")


class Served:
    """One of the two, as its users start it: with a file, and variables that win over it. Both have the same file and folder."""

    def __init__(self, lab, name, kind, lines, variables=None):
        self.folder = lab.folder / kind
        self.folder.mkdir(exist_ok=True)
        file = self.folder / "config.yml"
        # The address in the file is of no use, so the variable has to win.
        file.write_text("\n".join([
            "version: 0.1",
            "log: {level: info, fields: {service: registry}}",
            f"storage: {{filesystem: {{rootdirectory: {self.folder}/root}}, cache: {{blobdescriptor: inmemory}}}}",
            "http: {addr: '127.0.0.1:1', headers: {X-Content-Type-Options: [nosniff]}}", *lines, ""]))
        self.log = self.folder / f"{name}.log"
        environment = {"REGISTRY_HTTP_ADDR": f"127.0.0.1:{PORT}", **(variables or {})}
        self._server = programs.Server(name, [*COMMANDS[name], "serve", file], self.log, env=environment)
        self._server.wait_until(self._serves)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.stop()

    def _serves(self):
        try:
            return web.ask("GET", f"{URL}/v2/").status == 200
        except web.NoAnswer:
            return False


def plain(lab, name, remote, docker, tools):
    busybox, pair = lab.image("docker.io/library/busybox"), lab.image("docker.io/e2e/pair")
    # Closed networks push what they need under the names of its origins, in the path or in the client's configuration.
    for image, repository in (busybox, "app:1"), (busybox, "library/busybox:e2e"), (pair, "quay.io/e2e/pair:e2e"):
        tools.skopeo("copy", "--all", "--quiet", "--src-tls-verify=false",
                     f"docker://{remote.url.removeprefix('http://')}/{image.repository}:{image.tag}", f"docker://{REGISTRY}/{repository}")
        check_equal(run("crane", "digest", f"{REGISTRY}/{repository}").strip(), image.digest, f"digest of {repository} at {name}")
    docker("pull", "--quiet", f"{REGISTRY}/app:1")
    docker("tag", f"{REGISTRY}/app:1", f"{REGISTRY}/by-docker:1")
    docker("push", "--quiet", f"{REGISTRY}/by-docker:1")
    run("crane", "validate", "--remote", f"{REGISTRY}/by-docker:1")
    docker("image", "rm", "--force", f"{REGISTRY}/app:1", f"{REGISTRY}/by-docker:1")
    node(lab).check_pulls(busybox)
    run("crane", "validate", "--remote", f"{REGISTRY}/quay.io/e2e/pair:e2e")
    answer = web.get_manifest(URL, "app", "1")
    check_equal(answer.headers["X-Content-Type-Options"], "nosniff", f"header that {name} is told to add")
    check_equal(deletion("app", "1"), 405, f"status of a deletion at {name}, where it isn't turned on")
    say(f"{name}: skopeo pushed, docker pulled and pushed, containerd pulled {busybox} from what was pushed as library/busybox")


def deletion(repository, tag):
    return web.ask("DELETE", f"{URL}/v2/{repository}/manifests/{web.get_manifest(URL, repository, tag).digest}").status


def node(lab):
    """A node whose hosts.toml names the registry for every origin."""
    return lab.containerd(containerd.BUILT, "hosts", URL)


def proxy(lab, name, docker):
    busybox, pair = lab.image("docker.io/library/busybox"), lab.image("docker.io/e2e/pair")
    docker("pull", "--quiet", "busybox:e2e")
    check(any(seen.endswith(busybox.digest) for seen in docker.digests("busybox:e2e")), f"docker has pulled another busybox through {name}")
    docker("image", "rm", "--force", "busybox:e2e")
    node(lab).check_pulls(pair)
    run("crane", "validate", "--remote", f"{REGISTRY}/library/busybox:e2e")
    say(f"{name}: docker pulled {busybox} by its registry mirror, containerd {pair} by hosts.toml, crane {busybox} by its name alone")


def pushes_over_the_proxy(lab, remote, docker, tools):
    busybox, pair = lab.image("docker.io/library/busybox"), lab.image("docker.io/e2e/pair")
    docker("pull", "--quiet", "busybox:e2e")
    docker("tag", "busybox:e2e", f"{REGISTRY}/library/busybox:mine")
    said = docker("push", f"{REGISTRY}/library/busybox:mine")
    check("Pushed" not in said, f"docker pushed layers that the remote has: {said}")
    tools.skopeo("copy", "--all", "--quiet", f"docker://{REGISTRY}/e2e/pair:e2e", f"docker://{REGISTRY}/library/busybox:e2e")
    answer = web.get_manifest(URL, "library/busybox", "e2e")
    check_equal((answer.digest, answer.headers["Larder-Cache"]), (pair.digest, "hosted"), "the tag that was pushed over the remote's")
    check_equal(run("crane", "ls", f"{REGISTRY}/library/busybox").split(), ["e2e", "mine"], "tags of both together")
    check_equal(web.get_manifest(URL, "library/busybox", busybox.digest).digest, busybox.digest, "the remote's own, by its digest")
    check_equal(deletion("library/busybox", "mine"), 405, "status of a deletion where it isn't turned on")
    remote.close()
    for tag in "mine", "e2e":
        run("crane", "validate", "--remote", f"{REGISTRY}/library/busybox:{tag}")
    say("larder: docker and skopeo pushed over the remote's busybox without sending what that has; both are whole with the remote gone")


def larder_says(served):
    said = served.log.read_text()
    check("config.yml:2: log.fields isn't supported" in said, f"no word of what isn't supported: {said[:2000]}")
    check("REGISTRY_" not in said, f"a variable that counts is complained about: {said[:2000]}")
    check((served.folder / "root" / "larder").is_dir(), "larder's folder isn't in the root directory")
    check("docker/registry/v2 isn't served" in said, f"no word of what docker-registry has left there: {said[:2000]}")
    say("larder named what it doesn't do, and what docker-registry has left in the folder")
