"""Which version of the ranking serves.

The database says it (`RankingChange`). A file beside the index repeats it, so that a list asks no query more
than before: written when a change is committed, and looked at again every minute by a job.
"""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from portal.ranking.enums import ChangeKind
from portal.ranking.models import BUILT_IN, RankingChange, RankingVersion
from portal.ranking.reweighting import Reweighting

FILE = "ranking.json"

_seen: dict[Path, tuple[tuple[int, int, int] | None, "InUse"]] = {}


@dataclass(frozen=True)
class InUse:
    """`reweighting` is None for the built-in ranking."""

    key: str = BUILT_IN
    reweighting: Reweighting | None = None


def _path() -> Path:
    return Path(settings.MATCHING_INDEX_DIR) / FILE


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def in_use() -> InUse:
    """The version that serves, as the file says; no query."""
    path = _path()
    stamp = _stamp(path)
    if path not in _seen or _seen[path][0] != stamp:
        _seen[path] = stamp, _read(path)
    return _seen[path][1]


def _read(path: Path) -> InUse:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return InUse()
    return InUse(said["key"], Reweighting.from_parameters(said["parameters"]))


def history() -> list[RankingChange]:
    """Every change, the first first."""
    return list(RankingChange.objects.select_related("version", "by").order_by("sequence"))


def stack_of(changes: list[RankingChange]) -> list[RankingVersion | None]:
    """The versions that a roll-back would come to, the one in use last; the built-in one stands below all."""
    stack: list[RankingVersion | None] = [None]
    for change in changes:
        if change.kind == ChangeKind.ADOPT:
            stack.append(change.version)
        else:
            stack.pop()
    return stack


def current() -> RankingVersion | None:
    """The version in use as the database says; None for the built-in one."""
    last = RankingChange.objects.select_related("version").order_by("-sequence").first()
    return last.version if last is not None else None


def publish() -> str:
    """Let the file say what the database says; the key of the version in use. May run twice."""
    version, path = current(), _path()
    if version is None:
        path.unlink(missing_ok=True)
        return BUILT_IN
    text = json.dumps({"key": version.key, "parameters": version.parameters}, sort_keys=True)
    if _stamp(path) is None or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=FILE, delete=False, encoding="utf-8"
        ) as draft:
            draft.write(text)
        os.replace(draft.name, path)  # noqa: PTH105  (atomic, over what is there)
    return version.key


def forget() -> None:
    """Read the file again at the next question."""
    _seen.clear()
