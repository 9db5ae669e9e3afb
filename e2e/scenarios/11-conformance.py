"""The OCI distribution specification's own conformance suite: all of it against hosted repositories, its read half against mirrored
ones. docs/conformance.md says how it went; another figure, a failure or a test that is skipped is a failure here."""

import os
import re
import shutil
import subprocess

from lab import clients, programs, web
from lab.larder import LAUNCHER, ROOT
from lab.programs import require
from lab.report import check, check_equal, say

SECONDS = 300
# The suite's defaults for version 1.1, and what it leaves off though the specification has it.
EVERYTHING = {
    "OCI_VERSION": "1.1",
    "OCI_API_BLOBS_UPLOAD_CANCEL": "true",
    "OCI_API_BLOBS_DIGEST_HEADER": "true",
    "OCI_API_MANIFESTS_DIGEST_HEADER": "true",
}
# What the suite can do without pushing. It takes no notice of the digest header of manifests whose content it doesn't know, and
# would fail for its absence; that one is checked here.
READING = {
    "OCI_VERSION": "1.1",
    "OCI_API_PUSH": "false",
    "OCI_API_BLOBS_DELETE": "false",
    "OCI_API_MANIFESTS_DELETE": "false",
    "OCI_API_TAGS_DELETE": "false",
    "OCI_API_BLOBS_DIGEST_HEADER": "true",
}
# docs/conformance.md says why.
NOT_OF_VERSION_1_1 = {"Manifest put with tag params", "Sparse Manifests", "Tag Param", "Tag Param sha512"}


def scenario(lab):
    binary = require("conformance")
    reports = lab.work / "conformance"
    shutil.rmtree(reports, ignore_errors=True)
    quay_io = lab.quay_io()
    larder = lab.larder(quay_io)
    larder.start()
    registry = f"127.0.0.1:{larder.port}"

    hosted = run(binary, reports / "hosted", registry, "conformance/repo1", {**EVERYTHING, "OCI_REPO2": "conformance/repo2"})
    check_equal(hosted.areas("Disabled"), NOT_OF_VERSION_1_1, "areas that are disabled against hosted repositories")

    secured, key, authority = lab.certificate()
    speaking_tls = lab.larder(tls=(secured, key))
    speaking_tls.start()
    by_tls = run(binary, reports / "hosted-tls", f"127.0.0.1:{speaking_tls.port}", "conformance/repo1", {
        **EVERYTHING, "OCI_REPO2": "conformance/repo2", "OCI_TLS": "enabled", "SSL_CERT_FILE": str(authority)})

    users = lab.folder / "htpasswd"
    programs.run(LAUNCHER, "user", "add", "alice", "--password-stdin", "--htpasswd", users, stdin="correct horse\n")
    knowing_users = lab.larder(flags=["--htpasswd", users])
    knowing_users.start()
    check_equal(web.ask("POST", f"{knowing_users.url}/v2/app/blobs/uploads/").status, 401, "status of a push without a login")
    with_users = run(binary, reports / "hosted-users", f"127.0.0.1:{knowing_users.port}", "conformance/repo1", {
        **EVERYTHING, "OCI_REPO2": "conformance/repo2", "OCI_USERNAME": "alice", "OCI_PASSWORD": "correct horse"})

    image, annotated = lab.image("quay.io/e2e/pair"), lab.image("quay.io/e2e/busybox")
    mirrored = run(binary, reports / "mirrored", registry, f"quay.io/{annotated.repository}", {
        **READING,
        "OCI_RO_DATA_TAGS": annotated.tag,
        "OCI_RO_DATA_MANIFESTS": " ".join(annotated.manifests),
        "OCI_RO_DATA_BLOBS": " ".join(annotated.blobs),
        "OCI_RO_DATA_REFERRERS": annotated.digest,
    })
    check_equal(larder.manifest(annotated, method="HEAD").headers["Docker-Content-Digest"], annotated.digest, "digest header of a manifest")
    index = run(binary, reports / "mirrored-index", registry, f"quay.io/{image.repository}", {
        **READING,
        "OCI_RO_DATA_TAGS": image.tag,
        "OCI_RO_DATA_MANIFESTS": " ".join(image.manifests),
        "OCI_RO_DATA_BLOBS": " ".join(image.blobs),
    })
    page = (ROOT / "docs/conformance.md").read_text()
    version = re.search(r"conformance (v\S+)", (clients.TOOLS / "conformance" / "go.mod").read_text())[1]
    check(version in page, f"docs/conformance.md is about another version of the suite than {version}")
    written = written_figures(page)
    runs = {"hosted": hosted, "hosted, by TLS": by_tls, "hosted, with users": with_users, "mirrored image": mirrored, "mirrored index": index}
    for name, result in runs.items():
        say(f"{name}: {', '.join(f'{count} {kind}' for kind, count in result.figures.items())}; reports are in {result.folder}")
        result.check_passed(name)
        check_equal(result.figures, written.get(name), f"figures of {name!r} in docs/conformance.md")


class Result:
    """What the suite has written about one run."""

    def __init__(self, folder):
        self.folder = folder
        text = (folder / "output.txt").read_text()
        counted = dict(re.findall(r"^  (Disabled|Skip|Pass|FAIL|Error)\.+: +(\d+)$", text, re.MULTILINE))
        check(len(counted) == 5, f"the suite came to no result; see {folder / 'output.txt'}")
        counted = {kind: int(count) for kind, count in counted.items()}
        self.figures = {"passed": counted["Pass"], "failed": counted["FAIL"] + counted["Error"], "skipped": counted["Skip"],
                        "disabled": counted["Disabled"]}
        self.unwell = re.findall(r"^ +- .*$|^.*: (?:FAIL|Skip|Error)$", text, re.MULTILINE)

    def areas(self, status):
        """The areas, of the API and of data, that the suite gives this status."""
        text = (self.folder / "output.txt").read_text()
        return {name for name, seen in re.findall(r"^  (\S[^:]*?)\.*: +(\w+)$", text[text.index("\nAPI conformance:"):], re.MULTILINE)
                if seen == status}

    def check_passed(self, name):
        check(self.figures["passed"] > 0, f"{name}: the suite has tested nothing")
        check(self.figures["failed"] + self.figures["skipped"] == 0, f"{name}: {'; '.join(self.unwell[:10])}")


def run(binary, folder, registry, repository, settings):
    """Runs the suite. Its settings are environment variables; its standard output is kept with its reports."""
    folder.mkdir(parents=True)
    environment = {"PATH": os.environ["PATH"], "OCI_RESULTS_DIR": str(folder), "OCI_REGISTRY": registry, "OCI_TLS": "disabled",
                   "OCI_REPO1": repository, **settings}
    with open(folder / "output.txt", "wb") as output:
        # Its status says no more than its output does; and where it has not pushed it can't write its results.yaml, and crashes.
        subprocess.run([binary], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                timeout=SECONDS)
    return Result(folder)


def written_figures(page):
    """The figures of docs/conformance.md, by the name of the run."""
    rows = re.findall(r"^\| ([^|]+?) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    return {name: dict(zip(("passed", "failed", "skipped", "disabled"), map(int, figures))) for name, *figures in rows}
