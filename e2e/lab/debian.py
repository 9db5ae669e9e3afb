"""Root file systems of this machine's own Debian or Ubuntu, from its own archive."""

import pathlib

from . import programs


def root_file_system(tar, packages, *options):
    """Makes an archive of a small system with some packages beside the essential ones."""
    release = dict(line.split("=", 1) for line in pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line)
    indexes = programs.run("apt-get", "indextargets", "--format", "$(REPO_URI)|$(CODENAME)|$(ORIGIN)", "Created-By: Packages")
    wanted = release["VERSION_CODENAME"], release["ID"]
    archives = [uri for uri, suite, origin in (line.split("|") for line in indexes.splitlines())
                if (suite, origin.lower()) == wanted]
    if not archives:
        raise RuntimeError(f"apt knows no archive of {wanted}; run apt-get update")
    programs.run("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--dpkgopt=force-unsafe-io",
                 f"--include={','.join(packages)}", *options, release["VERSION_CODENAME"], tar, archives[0], seconds=900)
