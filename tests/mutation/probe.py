"""Probe that stands in a copy of the project at the place of each mutant, and notes the running test.

A hit is an empty file named by mutant and test: processes that read untrusted files may create files but not
write into them. The code that calls it runs in all kinds of processes, so it fails silently.
"""

import hashlib
import os

FOLDER = "MUTATION_HITS"  # environment variable: where hits are noted; nothing is noted without it
CURRENT_TEST = "PYTEST_CURRENT_TEST"
_hits: set[tuple[str, str]] = set()


def key_of_test(test: str) -> str:
    return hashlib.sha256(test.encode()).hexdigest()[:16]


def hit(key: str) -> None:
    """Note that the running test has come to the place of the mutant `key`."""
    folder, test = os.environ.get(FOLDER), os.environ.get(CURRENT_TEST, "").rpartition(" ")[0]
    if not folder or not test or (key, test) in _hits:
        return
    _hits.add((key, test))
    try:
        os.close(os.open(f"{folder}/{key}-{key_of_test(test)}", os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError:
        return
