"""Index generations on disk: a directory of .npy files and a manifest with their checksums.

Opened with `mmap_mode="r"`, pages are shared by all processes. A generation is immutable, except for a log
of later changes beside the arrays (delta.py).
"""

import fcntl
import json
import logging
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

logger = logging.getLogger(__name__)

FORMAT = 3
MANIFEST = "manifest.json"
MAX_GENERATIONS = 2
"""Generations kept on disk: the current one and one to fall back on."""

_NAME = re.compile(r"g-([0-9]{8})\Z")
_BLOCK = 1 << 24

Generation = TypeVar("Generation")


class CorruptedError(Exception):
    """A generation does not match its manifest: incomplete, damaged, or of another format."""


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            value = zlib.crc32(block, value)
    return value


def _seal(manifest: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(manifest, sort_keys=True).encode())


def write(directory: Path, parts: Mapping[str, Any]) -> None:
    """Write named dataclasses of arrays into a new directory and sync it to disk.

    Raises:
        FileExistsError: the directory is there already.
    """
    directory.mkdir()
    files = {}
    for part, arrays in parts.items():
        for field in fields(arrays):
            path = directory / f"{part}.{field.name}.npy"
            np.save(path, np.asarray(getattr(arrays, field.name)), allow_pickle=False)
            sync(path)
            files[path.name] = {"bytes": path.stat().st_size, "crc32": _checksum(path)}
    manifest = {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": files,
    }
    text = json.dumps(manifest | {"seal": _seal(manifest)}, indent=1, sort_keys=True)
    (directory / MANIFEST).write_text(text, encoding="utf-8")
    sync(directory / MANIFEST)
    sync(directory)


def load(directory: Path, kinds: Mapping[str, type]) -> dict[str, Any]:
    """Verify a generation against its manifest and map it into memory, a dataclass for each of `kinds`.

    Raises:
        CorruptedError: something is missing, damaged or of another format.
    """
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        seal = manifest.pop("seal")
        if seal != _seal(manifest) or manifest["format"] != FORMAT:
            raise CorruptedError(f"{directory}: the manifest is damaged or of another format")
        arrays = {}
        for name, entry in manifest["files"].items():
            path = directory / name
            if path.stat().st_size != entry["bytes"] or _checksum(path) != entry["crc32"]:
                raise CorruptedError(f"{path}: not what the manifest says")
            mapped = np.load(path, mmap_mode="r", allow_pickle=False)
            arrays[name.removesuffix(".npy")] = mapped.view(np.ndarray)
        return {
            part: kind(**{f.name: arrays[f"{part}.{f.name}"] for f in fields(kind)})
            for part, kind in kinds.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptedError(f"{directory}: {error}") from error


class Folder:
    """Directory of generations with a pointer to the current one, created if missing.

    <directory>/CURRENT          name of the current generation; replaced atomically
    <directory>/g-00000007/      one generation
    <directory>/PUBLISH.lock     held while a new one is written
    """

    def __init__(self, directory: Path | str) -> None:
        self.path = Path(directory)
        self.path.mkdir(parents=True, exist_ok=True)
        self._pointer = self.path / "CURRENT"

    def stamp(self) -> tuple[int, int] | None:
        """Return a value that changes with the current generation; None before the first."""
        try:
            status = self._pointer.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns

    def open(self, read: Callable[[Path], Generation]) -> Generation | None:
        """Read the current generation or, if it is damaged, the newest one that is not."""
        pointed = self._pointer.read_text(encoding="ascii").strip() if self._pointer.exists() else ""
        for name in sorted(self.names(), key=lambda n: n != pointed):
            try:
                return read(self.path / name)
            except CorruptedError:
                logger.exception("generation %s cannot serve, trying the one before", name)
        return None

    def names(self) -> list[str]:
        """Return the names of the generations on disk, the newest first."""
        return sorted((p.name for p in self.path.iterdir() if _NAME.match(p.name)), reverse=True)

    def publish(
        self,
        parts: Mapping[str, Any],
        switching: Callable[[Path], AbstractContextManager[Any]] = nullcontext,
    ) -> str:
        """Write a new generation and switch to it; return its name. Older ones than MAX_GENERATIONS go.

        Args:
            parts: name -> dataclass of arrays.
            switching: context manager entered with the unfinished directory during the switch.
        """
        with self.lock("PUBLISH.lock"):
            for left in self.path.glob(".half-*"):  # left by a killed publisher
                shutil.rmtree(left)
            names = self.names()
            name = f"g-{(int(names[0][2:]) if names else 0) + 1:08d}"
            half = self.path / f".half-{name}"
            write(half, parts)
            with switching(half):
                half.rename(self.path / name)
                self._point_at(name)
            for old in self.names()[MAX_GENERATIONS:]:
                shutil.rmtree(self.path / old)
        return name

    def _point_at(self, name: str) -> None:
        new = self.path / "CURRENT.new"
        with new.open("w", encoding="ascii") as file:
            file.write(f"{name}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._pointer)
        sync(self.path)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold an exclusive lock file; the system releases it when the process ends."""
        with (self.path / name).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
