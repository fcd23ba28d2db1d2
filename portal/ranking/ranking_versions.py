"""Active version of the ranking.

It is stored in the database (`RankingChange`) and copied to a file beside the index, so that a list needs no
further query. The file is written when a change is committed, and checked by a job every minute.
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

FILE_NAME = "ranking.json"

_cache: dict[Path, tuple[tuple[int, int, int] | None, "ActiveVersion"]] = {}


@dataclass(frozen=True)
class ActiveVersion:
    """Active version; `reweighting` is None for the built-in ranking."""

    key: str = BUILT_IN
    reweighting: Reweighting | None = None


def _path() -> Path:
    return Path(settings.MATCHING_INDEX_DIR) / FILE_NAME


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def active_version() -> ActiveVersion:
    """Return the active version from the file, without a query."""
    path = _path()
    stamp = _stamp(path)
    if path not in _cache or _cache[path][0] != stamp:
        _cache[path] = stamp, _read(path)
    return _cache[path][1]


def _read(path: Path) -> ActiveVersion:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ActiveVersion()
    return ActiveVersion(content["key"], Reweighting.from_parameters(content["parameters"]))


def list_changes() -> list[RankingChange]:
    """Return all changes, the oldest first."""
    return list(RankingChange.objects.select_related("version", "by").order_by("sequence"))


def build_version_stack(changes: list[RankingChange]) -> list[RankingVersion | None]:
    """Return the versions that roll-backs lead to, the active one last; the built-in one (None) is first."""
    stack: list[RankingVersion | None] = [None]
    for change in changes:
        if change.kind == ChangeKind.ADOPT:
            stack.append(change.version)
        else:
            stack.pop()
    return stack


def adopted_version() -> RankingVersion | None:
    """Return the active version from the database; None for the built-in one."""
    last = RankingChange.objects.select_related("version").order_by("-sequence").first()
    return last.version if last is not None else None


def publish_version() -> str:
    """Write the active version to the file if it differs (idempotent); return its key."""
    version, path = adopted_version(), _path()
    if version is None:
        path.unlink(missing_ok=True)
        return BUILT_IN
    text = json.dumps({"key": version.key, "parameters": version.parameters}, sort_keys=True)
    if _stamp(path) is None or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=FILE_NAME, delete=False, encoding="utf-8"
        ) as draft:
            draft.write(text)
        os.replace(draft.name, path)  # noqa: PTH105  (atomic replacement)
    return version.key


def clear_cache() -> None:
    """Read the file again at the next call."""
    _cache.clear()
