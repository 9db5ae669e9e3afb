"""A private image is pulled by containerd's CRI with the pod's own secret, through a Larder that has no credential: refused with a
wrong one and with none, also while it is in the cache; the upstream is asked once a token; no token is found anywhere afterwards.

No node can reach a registry but through Larder: what it pulls came from there."""

import json
import re

from lab import containerd, tokens, web
from lab.programs import refused, wait_until
from lab.report import check, check_equal, say

SECRET = (tokens.USER, tokens.PASSWORD)
WRONG = (tokens.USER, "guess")
SCOPES = ["repository:private/app:pull"]
SHORT_SECONDS = 8
MANIFEST, BLOB = "/private/app/manifests/", "/private/app/blobs/"


def scenario(lab):
    upstream = lab.docker_io()
    larder = lab.larder(upstream)
    larder.start()
    private, public = lab.image("docker.io/private/app"), lab.image("docker.io/library/busybox")

    versions = containerd.binaries()
    for version, folder in versions.items():
        first_pull(lab, upstream, larder, node(lab, folder, larder), private, version, cold=version == next(iter(versions)))
        while_in_the_cache(upstream, lambda: node(lab, folder, larder), private, version)
    others_see_no_challenge(lab, upstream, larder, versions, public)
    check_listed(larder, private, public)
    one_token(upstream, larder, private)
    after_a_new_start(lab, upstream, larder, versions, private)
    without_the_upstream(upstream, larder, private)
    larder.stop()
    nothing_is_kept_of_tokens(upstream, larder)
    off(lab, private)


def node(lab, folder, larder):
    return lab.containerd(folder, "hosts", larder.url, trusting=lab.authority.certificate)


def first_pull(lab, upstream, larder, cold_node, image, version, cold):
    refused(f"containerd {version} without a secret", lambda: cold_node.pull(image.name))
    refused(f"containerd {version} with a wrong one", lambda: cold_node.pull(image.name, WRONG))
    upstream.proxy.forget()
    containerd.check_pulled(image, image.name, cold_node.pull(image.name, SECRET))
    layers = upstream.proxy.exchanges(f"GET .*{BLOB}")
    check_equal(sorted(exchange.status for exchange in layers), [200] * (len(image.blobs) if cold else 0), "blobs that the upstream sent")
    say(f"containerd {version} pulled it with the right secret; the upstream was asked {upstream.proxy.requests_by_kind()}")


def while_in_the_cache(upstream, another, image, version):
    warm_node = another()
    upstream.proxy.forget()
    refused(f"containerd {version} without a secret, while it is in the cache", lambda: warm_node.pull(image.name))
    refused(f"containerd {version} with a wrong one", lambda: warm_node.pull(image.name, WRONG))
    check_equal(sum(exchange.status == 200 for exchange in upstream.proxy.exchanges()), 0, "good answers of the upstream to those")
    upstream.proxy.forget()
    given = upstream.tokens.given
    containerd.check_pulled(image, image.name, warm_node.pull(image.name, SECRET))
    # One to learn what the tag names, and another one to fetch that.
    new = upstream.tokens.given - given
    asked = [(exchange.method, exchange.status) for exchange in upstream.proxy.exchanges()]
    check_equal(asked, [("HEAD", 200)] * new, f"what the upstream was asked for {new} new tokens")
    say(f"containerd {version}: pulled from the cache; each of its {new} new tokens cost one HEAD upstream")


def others_see_no_challenge(lab, upstream, larder, versions, image):
    for credential in None, "Bearer odd", "Basic bWU6Z3Vlc3M=":
        headers = {"Authorization": credential} if credential else {}
        for reference in image.tag, image.digest:
            url = f"{larder.url}/v2/{image.repository}/manifests/{reference}?ns=docker.io"
            check_equal(web.ask("GET", url, {**headers, "Accept": web.MANIFEST_TYPES}).status, 200, f"a public image with {credential}")
        for digest in image.blobs:
            url = f"{larder.url}/v2/{image.repository}/blobs/{digest}?ns=docker.io"
            check_equal(web.ask("GET", url, headers).status, 200, f"its blob with {credential}")
    for version, folder in versions.items():
        given = upstream.tokens.refused
        containerd.check_pulled(image, image.name, node(lab, folder, larder).pull(image.name, WRONG))
        check_equal(upstream.tokens.refused, given, "passwords that a public pull has cost")
        say(f"containerd {version} pulled a public image of the same upstream with a wrong secret, which nobody asked for")


def check_listed(larder, private, public):
    listed = {image["name"]: image for image in json.loads(larder.command("get", "images", "--output", "json"))["images"]}
    check_equal((listed[private.name]["private"], listed[public.name]["private"]), (True, False), "private, of the two images")


def one_token(upstream, larder, image):
    """A token is asked about once, until it expires; the upstream would take it a minute longer."""
    upstream.tokens.seconds = SHORT_SECONDS
    token = upstream.tokens.token(tokens.USER, SCOPES)
    upstream.tokens.seconds = tokens.TOKEN_SECONDS
    upstream.proxy.forget()
    asked = lambda: len(upstream.proxy.exchanges())
    pulled = lambda: check_equal(ask_for_all(larder, image, token), {200}, "statuses for a good token")
    pulled()
    check_equal(asked(), 1, "questions to the upstream about a token")
    pulled()
    check_equal(asked(), 1, "questions to the upstream about the same token")
    wait_until(lambda: pulled() or asked() > 1, "a token that has expired is asked about again", 4 * SHORT_SECONDS)
    check_equal(ask_for_all(larder, image, upstream.tokens.token(None, SCOPES)), {401}, "statuses for a token that allows nothing")
    say("a token was asked about once, and again when it had expired")


def ask_for_all(larder, image, token):
    """The statuses of the answers to a token's holder for all that an image is made of."""
    headers = {"Authorization": f"Bearer {token}", "Accept": web.MANIFEST_TYPES} if token else {"Accept": web.MANIFEST_TYPES}
    paths = [f"manifests/{reference}" for reference in (image.tag, *image.manifests)] + [f"blobs/{digest}" for digest in image.blobs]
    return {web.ask(method, f"{larder.url}/v2/{image.repository}/{path}?ns=docker.io", headers).status
            for path in paths for method in ("HEAD", "GET")}


def after_a_new_start(lab, upstream, larder, versions, image):
    larder.kill()
    larder.start()
    upstream.proxy.forget()
    check_equal(ask_for_all(larder, image, None), {401}, "statuses without a token after kill -9 and a new start")
    version, folder = next(iter(versions.items()))
    other = node(lab, folder, larder)
    refused(f"containerd {version} without a secret, after a new start", lambda: other.pull(image.name))
    containerd.check_pulled(image, image.name, other.pull(image.name, SECRET))
    check_equal(upstream.proxy.sent(BLOB), 0, "bytes of blobs from the upstream after a new start")
    say("after kill -9 and a new start it is as private as before, and here")


def without_the_upstream(upstream, larder, image):
    known, unknown = (upstream.tokens.token(tokens.USER, SCOPES) for _ in range(2))
    check_equal(ask_for_all(larder, image, known), {200}, "statuses for a good token")
    upstream.close()
    check_equal(ask_for_all(larder, image, known), {200}, "the same without the upstream")
    for token in unknown, None:
        statuses = ask_for_all(larder, image, token)
        check(200 not in statuses, f"without the upstream, {'an unknown' if token else 'no'} token got {statuses}")
    say("without the upstream, a token that it has let in is served, and no other")


def nothing_is_kept_of_tokens(upstream, larder):
    given = upstream.tokens.tokens
    check(len(given) > 10, f"only {len(given)} tokens were given")
    # What tells a token from others are its claims and its signature.
    secrets = [part.encode() for token in given for part in token.split(".")[1:]] + [tokens.PASSWORD.encode()]
    files = [path for path in larder.folder.rglob("*") if path.is_file()]
    check((larder.folder / "larder.log") in files and len(files) > 5, f"{files} aren't all files of Larder")
    for path in files:
        content = path.read_bytes()
        found = [secret for secret in secrets if secret in content]
        check(not found, f"{path} has {len(found)} of the tokens' parts")
    check(not re.search(rb"Bearer [^r]", (larder.folder / "larder.log").read_bytes()), "the log quotes an Authorization")
    say(f"none of {len(given)} tokens is in any of Larder's {len(files)} files")


def off(lab, image):
    upstream = lab.docker_io()
    larder = lab.larder(upstream, flags=["--pass-challenges=false"])
    larder.start()
    token = upstream.tokens.token(tokens.USER, SCOPES)
    for headers in {}, {"Authorization": f"Bearer {token}"}:
        answer = web.ask("GET", f"{larder.url}/v2/{image.repository}/manifests/{image.tag}?ns=docker.io", headers)
        check_equal((answer.status, answer.headers["WWW-Authenticate"]), (404, None), "the answer where challenges aren't passed on")
    larder.stop()
    say("with --pass-challenges=false nobody is challenged")
