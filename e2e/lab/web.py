"""A plain HTTP client that says exactly what came over the wire: short bodies and cut connections are answers here, not errors."""

import contextlib
import dataclasses
import hashlib
import http.client
import json
import urllib.parse

from .report import Failed

CHUNK = 1 << 18
# Longer than any deadline of Larder's own, so that a test which waits for one sees Larder's answer and not ours.
TIMEOUT_SECONDS = 120

MANIFEST_TYPES = ", ".join([
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
])


@dataclasses.dataclass(frozen=True)
class Answer:
    """An HTTP answer; `whole` is false when the connection ended before the promised end of the body."""

    status: int
    headers: http.client.HTTPMessage
    size: int
    digest: str
    whole: bool
    body: bytes

    def json(self):
        return json.loads(self.body)


class NoAnswer(Failed):
    """A server closed the connection, or said nothing for too long, before an answer began."""


# Bodies up to this size are kept; of larger ones only size and digest are.
KEPT = 1 << 20


def ask(method, url, headers=None, body=None, like=None):
    """Sends one request. Where a file is given as `like`, the first byte of the body that is not as in the file is a failure."""
    where = urllib.parse.urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(where.hostname, where.port, timeout=TIMEOUT_SECONDS)) as connection:
        target = where.path + (f"?{where.query}" if where.query else "")
        try:
            connection.request(method, target, body=body, headers=headers or {})
            response = connection.getresponse()
        except (http.client.HTTPException, OSError) as nothing:
            raise NoAnswer(f"{method} {url}: {nothing!r}") from nothing
        sha256, size, kept, whole = hashlib.sha256(), 0, bytearray(), True
        try:
            while chunk := response.read1(CHUNK):
                sha256.update(chunk)
                if like and response.status == 200 and chunk != like.read(len(chunk)):
                    raise Failed(f"{method} {url}: wrong bytes after the first {size}")
                size += len(chunk)
                if size <= KEPT:
                    kept += chunk
        except TimeoutError as silence:
            raise Failed(f"{method} {url}: nothing more came after {size} bytes, for {TIMEOUT_SECONDS} s") from silence
        except (http.client.IncompleteRead, ConnectionError):
            whole = False
        promised = response.headers.get("Content-Length")
        if method != "HEAD" and promised is not None and size < int(promised):
            whole = False
        return Answer(response.status, response.headers, size, f"sha256:{sha256.hexdigest()}", whole, bytes(kept))


def serves(registry):
    """Whether a registry answers, at a host and port."""
    try:
        return ask("GET", f"http://{registry}/v2/").status == 200
    except NoAnswer:
        return False


def get_manifest(registry, repository, reference, method="GET", query="", headers=None):
    """Asks a registry for a manifest, accepting every type."""
    return ask(method, f"{registry}/v2/{repository}/manifests/{reference}{query}", {"Accept": MANIFEST_TYPES, **(headers or {})})


def get_blob(registry, repository, digest, query="", like=None):
    """Asks a registry for a blob."""
    return ask("GET", f"{registry}/v2/{repository}/blobs/{digest}{query}", like=like)


def push_blob(registry, repository, digest, body, size):
    """Pushes a blob as docker does, by POST, PATCH and PUT; gives the status of the first step that was refused, or 201."""
    begun = ask("POST", f"{registry}/v2/{repository}/blobs/uploads/", {"Content-Length": "0"})
    if begun.status != 202:
        return begun.status
    sent = ask("PATCH", _location(registry, begun), {"Content-Type": "application/octet-stream", "Content-Length": str(size)}, body)
    if sent.status != 202:
        return sent.status
    location = _location(registry, sent)
    location += ("&" if "?" in location else "?") + urllib.parse.urlencode({"digest": digest})
    return ask("PUT", location, {"Content-Length": "0"}).status


def push_manifest(registry, repository, reference, media_type, body):
    """Pushes a manifest and gives the answer's status."""
    return ask("PUT", f"{registry}/v2/{repository}/manifests/{reference}", {"Content-Type": media_type}, body).status


def _location(registry, answer):
    return urllib.parse.urljoin(registry, answer.headers["Location"])
