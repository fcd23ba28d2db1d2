"""The whole city's files in one sheet. Slow: makes the sheet, then takes it in three times."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from portal.demo import logins
from portal.demo.loading.record_import_file import ERROR_KINDS

ROOT = Path(__file__).resolve().parents[2]
ROWS, BAD = 97_092, 971
GIB = 1024**3
MINUTES = 4


class Portal:
    """A portal of its own: the city's stations and staff, nobody's file."""

    def __init__(self, folder: Path, *, keys_of: "Portal | None" = None) -> None:
        self.folder = folder
        folder.mkdir()
        if keys_of is not None:  # the same keys, so that hashes can be compared
            (folder / "secrets.env").write_bytes((keys_of.folder / "secrets.env").read_bytes())
        self.environment = {
            **{k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}},
            "PORTAL_DATA": str(folder),
        }
        self.run("-m", "tests.scale.stations")

    def run(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    def start_import(self, import_file: Path, *more: str) -> "subprocess.Popen[bytes]":
        by = logins.CITY_OPERATOR.phone
        with (self.folder / "out.txt").open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "manage.py", "import_files", str(import_file), "--by", by, *more],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=subprocess.DEVNULL,
            )

    def take_in(self, import_file: Path, *more: str) -> tuple[dict[str, int], float, int]:
        """Run the command; return its counts, its seconds and its peak memory in bytes."""
        began = time.monotonic()
        process = self.start_import(import_file, *more)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        assert process.returncode == 0
        output = (self.folder / "out.txt").read_text()
        counts = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z_]+)\b", output)}
        return counts, seconds, usage.ru_maxrss * 1024

    def digest(self) -> dict[str, object]:
        """Return a hash of the decrypted records, and the number of rows."""
        output: dict[str, object] = json.loads(self.run("-m", "tests.scale.digest"))
        return output


def _bad_rows(result: Path) -> list[tuple[int, str]]:
    rows = CalamineWorkbook.from_path(result).get_sheet_by_index(0).to_python()
    return [(int(str(row[0]).removesuffix(".0")), str(row[1])) for row in rows[1:]]


@pytest.mark.slow
@pytest.mark.must("files.1")
def test_city_records_import_from_one_file(tmp_path: Path, figure: Any) -> None:
    portal = Portal(tmp_path / "whole")
    import_file, result = tmp_path / "files.xlsx", tmp_path / "result.xlsx"
    portal.run(
        "manage.py", "make_files_sheet", str(import_file), "--rows", str(ROWS), "--bad", "0.01", "--seed", "7"
    )

    counts, seconds, memory = portal.take_in(import_file, "--result", str(result))
    assert {name: counts[name] for name in ("rows", "created", "updated", "unchanged", "bad")} == {
        "rows": ROWS, "created": ROWS - BAD, "updated": 0, "unchanged": 0, "bad": BAD,
    }  # fmt: skip
    per_kind = Counter({kind: counts.get(kind, 0) for kind in ERROR_KINDS})
    assert sum(per_kind.values()) == BAD
    assert min(per_kind.values()) >= BAD // len(ERROR_KINDS)
    bad = _bad_rows(result)
    assert len({number for number, _ in bad}) == BAD
    assert all(reason for _, reason in bad)
    assert memory < 1.5 * GIB
    # The one timing that a test asserts: the plan asks for it in so many words.
    assert seconds < MINUTES * 60
    whole = portal.digest()

    again, seconds_again, _ = portal.take_in(import_file)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, ROWS - BAD)
    assert portal.digest()["files"] == whole["files"]

    interrupted = Portal(tmp_path / "broken", keys_of=portal)
    process = interrupted.start_import(import_file)
    while process.poll() is None and _rows_in(interrupted) < ROWS // 3:
        time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    rows_written = _rows_in(interrupted)
    assert ROWS // 3 <= rows_written < ROWS
    rest, _, _ = interrupted.take_in(import_file)
    assert rest["created"] == ROWS - BAD
    assert rest["bad"] == BAD
    assert interrupted.digest() == whole
    figure(
        f"{ROWS:,} rows in {seconds:.0f} s, {memory / GIB:.2f} GiB;"
        f" {BAD} bad rows of {len(ERROR_KINDS)} kinds;"
        f" again: {seconds_again:.0f} s, no change; killed at row {rows_written:,} and run again: the same"
    )


def _rows_in(portal: Portal) -> int:
    with closing(sqlite3.connect(portal.folder / "portal.sqlite3")) as database:
        row = database.execute("SELECT done FROM imports_importrun").fetchone()
    return row[0] if row else 0
