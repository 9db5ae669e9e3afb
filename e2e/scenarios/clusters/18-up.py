"""`larder image` and `larder up`: one command has Larder run beside clusters, is safe to say again, keeps its images through other flags,
a new start of the engine and `larder down`, and says what keeps it from its port; `larder down` makes nodes what they were, and with --purge leaves nothing. `larder up --host`
does without a container."""

import json
import pathlib
import socket

from lab import web
from lab.engine import HOST
from lab.node import HOSTS_TOML
from lab.programs import CommandFailed, run, wait_until
from lab.report import check, check_equal, say

REGISTRY = "localhost:5001"


def scenario(lab):
    docker_io = lab.docker_io(HOST)
    engine = lab.engine()
    configuration = lab.configuration(docker_io)
    the_image(engine)
    engine.larder("down")
    say("larder down, where there is nothing, is no mistake")
    taken_port(engine)

    print_of_up = engine.larder("up", "--config", configuration)
    check(REGISTRY in print_of_up, f"larder up doesn't say where it is: {print_of_up}")
    as_it_should_be(engine)
    image = lab.image("docker.io/library/busybox")
    run("crane", "validate", "--remote", f"{REGISTRY}/{image}")
    run("crane", "copy", "--insecure", f"{REGISTRY}/{image}", f"{REGISTRY}/app:1")
    say(f"up: {image} through it, and pushed to it as {REGISTRY}/app:1")

    wait_until(lambda: engine.inspect("larder")["State"]["Health"]["Status"] == "healthy", "larder is healthy")
    before = containers(engine)
    engine.larder("up", "--config", configuration)
    check_equal(containers(engine), before, "containers after a second larder up")
    say("a second larder up leaves both containers alone")

    engine.larder("up", "--config", configuration, "--port", "5002", "--no-watch")
    after = containers(engine)
    check_equal(list(after), ["larder"], "containers after larder up --no-watch")
    check(after["larder"] != before["larder"], "larder up --port has left the container as it was")
    check_has("localhost:5002", "app", "1")
    check_refused(5001)
    engine.larder("up", "--config", configuration)
    check_has(REGISTRY, "app", "1")
    say("other flags make the containers anew, and what was pushed is still there")

    engine.restart()
    wait_until(lambda: web.serves(REGISTRY) and len(running(engine)) == 2, "Larder's two containers are back after a new start of the engine")
    check_has(REGISTRY, "app", "1")
    say("Larder is back after a new start of the engine, with what was pushed")

    engine.larder("down")
    check_equal(containers(engine), {}, "containers after larder down")
    docker_io.close()
    engine.larder("up", "--config", configuration)
    check_has(REGISTRY, "app", "1")
    run("crane", "validate", "--remote", f"{REGISTRY}/{image}")
    say("down and up again, with the upstream gone: what was pulled and what was pushed is there")

    node_is_released(engine)
    engine.larder("down", "--purge")
    check_equal((containers(engine), engine("volume", "ls", "--quiet").split()), ({}, []), "what is left after larder down --purge")
    check_equal(engine("network", "ls", "--quiet", "--filter", "name=kind").split(), [], "networks after larder down --purge")
    say("larder down --purge has left nothing")
    as_a_process(lab, engine)


def node_is_released(engine):
    node = engine.node("kind-control-plane")
    hosts = node.wait_until_wired()
    engine.larder("down")
    check(not hosts.exists(), "larder down has left a node that pulls through Larder")
    say("larder down has made a node what it was before")
    engine("rm", "--force", "--volumes", node.name)


def as_a_process(lab, engine):
    upstream = lab.quay_io(HOST)
    folder = engine.folder / "host"
    arguments = "up", "--host", "--data", folder, "--config", lab.configuration(upstream)
    first = json.loads(engine.larder(*arguments, "-o", "json"))
    check_equal(json.loads(engine.larder(*arguments, "-o", "json")), first | {"changes": []}, "what a second larder up --host says")
    node = engine.node("kind-control-plane").wait_until_ready()
    engine.larder("attach", "--all", env={"LARDER_DATA": str(folder)})
    node.check_pulls(lab.image("quay.io/e2e/busybox"))
    say(f"larder up --host: process {first['pid']} at {', '.join(first['listen'])}; a node pulled through it")
    engine.larder("down", "--data", folder)
    # Where nobody collects what has ended, it is still listed, but without a command line.
    command = pathlib.Path(f"/proc/{first['pid']}/cmdline")
    check(not command.exists() or not command.read_bytes(), "the process runs after larder down")
    check(not (node.root() / HOSTS_TOML).exists(), "larder down has left a node that pulls through the process")
    check((folder / "catalog.db").exists(), "larder down has deleted the folder")
    say("larder down has ended it, and kept its folder")


def the_image(engine):
    engine.larder_image()
    image = engine.inspect("larder:latest")
    labels = image["Config"]["Labels"]
    # By which ctlptl and k3d know a registry.
    for label, value in {"dev.tilt.ctlptl.role": "registry", "app": "k3d", "k3d.role": "registry"}.items():
        check_equal(labels.get(label), value, f"label {label} of the image")
    check(image["Config"]["User"].split(":")[0] not in ("", "0", "root"), "the image's user is root")
    check_equal(list(image["Config"]["ExposedPorts"]), ["5000/tcp"], "ports of the image")
    check("Healthcheck" in image["Config"], "the image has no health check")
    say(f"the image: {image['Size'] // 1_000_000} MB with its base")


def taken_port(engine):
    with socket.create_server(("127.0.0.1", 5001)):
        try:
            engine.larder("up")
        except CommandFailed as refused:
            check("5001" in str(refused) and "--port" in str(refused), f"a taken port is said so: {refused}")
            say(f"with its port taken: {str(refused).splitlines()[-1]}")
        else:
            check(False, "larder up says that all is well, though its port is taken")
    check_equal(running(engine), [], "containers that run after that")


def as_it_should_be(engine):
    larder, watcher = engine.inspect("larder"), engine.inspect("larder-watch")
    check(web.serves(REGISTRY), "larder up has ended before Larder serves")
    check_equal(larder["HostConfig"]["PortBindings"], {"5000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "5001"}]}, "its published ports")
    check_equal(list(larder["NetworkSettings"]["Networks"]), ["kind"], "its networks")
    aliases = larder["NetworkSettings"]["Networks"]["kind"]["Aliases"]
    check({"proxy", "registry"} <= set(aliases), f"its names on the network are {aliases}")
    check_equal([mount["Name"] for mount in larder["Mounts"]], ["larder"], "its volumes")
    check("docker.sock" not in json.dumps(larder["Mounts"]), "the container with an open port has the engine's socket")
    check(not watcher["HostConfig"]["PortBindings"], "the watcher has a published port")
    for container in larder, watcher:
        check(container["HostConfig"]["RestartPolicy"]["Name"] in ("always", "unless-stopped"), f"{container['Name']} stays down after a reboot")
    network = engine.inspect("kind")
    check_equal((network["Driver"], network["EnableIPv6"], network["Options"]["com.docker.network.bridge.enable_ip_masquerade"]),
                ("bridge", True, "true"), "the network, which is to be as kind makes it")


def containers(engine):
    """The ids of Larder's containers, by name."""
    listed = engine("ps", "--all", "--no-trunc", "--filter", "label=dev.larder.role", "--format", "{{.Names}} {{.ID}}")
    return dict(line.split() for line in listed.splitlines())


def running(engine):
    return engine("ps", "--quiet", "--filter", "label=dev.larder.role").split()


def check_has(registry, repository, tag):
    check_equal(web.get_manifest(f"http://{registry}", repository, tag).status, 200, f"answer of {registry} for {repository}:{tag}")


def check_refused(port):
    try:
        web.ask("GET", f"http://127.0.0.1:{port}/v2/")
    except web.NoAnswer:
        return
    check(False, f"something serves at port {port} still")
