"""One generation on disk: a directory of plain .npy files and a manifest with their checksums.

Opened with `mmap_mode="r"`, its pages are shared by every process that serves from it. Nothing in it
changes but the log of later changes beside the arrays (delta.py).
"""

import json
import os
import zlib
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from matching.blocks import Ceilings
from matching.facts import Facts
from matching.index import Segment
from matching.vectors import Vectors

FORMAT = 2
MANIFEST = "manifest.json"
LOG = "delta.log"
_BLOCK = 1 << 24


class CorruptedError(Exception):
    """A generation is not what its manifest says: half written, damaged, or of another format."""


def _arrays(segment: Segment) -> dict[str, Any]:
    parts = {"vectors": segment.vectors, "facts": segment.facts, "ceilings": segment.ceilings}
    return {f"{part}.{f.name}": getattr(held, f.name) for part, held in parts.items() for f in fields(held)}


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


def write(directory: Path, segment: Segment) -> None:
    """Write a segment into a new directory, safe on disk when this returns.

    Raises:
        FileExistsError: the directory is there already.
    """
    directory.mkdir()
    files = {}
    for name, array in _arrays(segment).items():
        path = directory / f"{name}.npy"
        np.save(path, np.asarray(array), allow_pickle=False)
        sync(path)
        files[path.name] = {"bytes": path.stat().st_size, "crc32": _checksum(path)}
    manifest = {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "postings": segment.size,
        "terms": len(segment.vectors.hashes),
        "files": files,
    }
    text = json.dumps(manifest | {"seal": _seal(manifest)}, indent=1, sort_keys=True)
    (directory / MANIFEST).write_text(text, encoding="utf-8")
    (directory / LOG).touch()
    sync(directory / MANIFEST)
    sync(directory)


def load(directory: Path) -> Segment:
    """Check a generation against its manifest and map it into memory.

    Raises:
        CorruptedError: something is missing, damaged or of another format.
    """
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        seal = manifest.pop("seal")
        if seal != _seal(manifest) or manifest["format"] != FORMAT:
            raise CorruptedError(f"{directory}: the manifest is damaged or of another format")
        arrays = {}
        for name, said in manifest["files"].items():
            path = directory / name
            if path.stat().st_size != said["bytes"] or _checksum(path) != said["crc32"]:
                raise CorruptedError(f"{path}: not what the manifest says")
            mapped = np.load(path, mmap_mode="r", allow_pickle=False)
            arrays[name.removesuffix(".npy")] = mapped.view(np.ndarray)
        return Segment(
            Vectors(**{f.name: arrays[f"vectors.{f.name}"] for f in fields(Vectors)}),
            Facts(**{f.name: arrays[f"facts.{f.name}"] for f in fields(Facts)}),
            Ceilings(**{f.name: arrays[f"ceilings.{f.name}"] for f in fields(Ceilings)}),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptedError(f"{directory}: {error}") from error
