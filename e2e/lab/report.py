"""What a scenario prints, and how it fails."""

import time

_started = time.monotonic()


class Failed(AssertionError):
    """A statement that a scenario makes about Larder has been seen not to hold."""


def say(text):
    """Prints one line of what was seen, with the seconds since the scenario began."""
    print(f"  {time.monotonic() - _started:6.1f} s  {text}", flush=True)


def check(holds, statement):
    """Fails the scenario unless the statement holds."""
    if not holds:
        raise Failed(statement)


def check_equal(seen, expected, what):
    """Fails the scenario unless what was seen is what was expected."""
    if seen != expected:
        raise Failed(f"{what}: expected {expected!r}, saw {seen!r}")


def megabytes(count):
    """A count of bytes for people."""
    return f"{count / 1e6:.1f} MB"


def warn(text):
    print(text, flush=True)
