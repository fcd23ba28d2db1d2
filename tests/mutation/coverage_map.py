"""Map of mutants to the tests that come to their places, and what each test takes.

One run of the suite in a copy with a probe at each place; it costs hardly more than the suite. The map is
kept by test file in .pytest_cache/mutation: after a change of some tests only their files run again, and a
run that was cut short goes on with the files that were not finished.
"""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.house.source import ROOT, files
from tests.mutation import copies, probe
from tests.mutation.mutants import Mutant
from tests.mutation.recorder import RECORDS

# Rules of the source itself need git, which a copy has not; the rest is long and tells what others tell.
LEFT_OUT = (
    "tests/house/", "tests/browser/", "tests/scale/", "tests/mutation/", "tests/benchmarks/",
    "tests/harness/", "tests/api/test_schema.py", "tests/cms/test_editing.py", "tests/demo/test_demo.py",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """Tests that passed in the copy.

    Attributes:
        seconds: what each took.
        tests: mutant -> the tests that come to its place.
    """

    seconds: dict[str, float]
    tests: dict[str, set[str]]


def test_files() -> dict[str, str]:
    """Return the test files that may judge a mutant, each with a hash of its text."""
    paths = [str(path.relative_to(ROOT)) for path in files() if path.match("test_*.py")]
    return {
        path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest()[:16]
        for path in sorted(paths)
        if path.startswith("tests/") and not path.startswith(LEFT_OUT)
    }


class CoverageStore:
    """Measurements by test file, in a folder."""

    def __init__(self, folder: Path, under: str = "tests/") -> None:
        self.under = under
        self.folder, self.path = folder, folder / "coverage.json"
        self.raw = folder / "run"
        self.rows: dict[str, dict[str, Any]] = {}
        if self.path.exists():
            self.rows = json.loads(self.path.read_text(encoding="utf-8"))

    def stale_files(self, mutants: list[Mutant]) -> list[str]:
        keys = {mutant.key for mutant in mutants}
        return [
            path
            for path, sha in test_files().items()
            if path.startswith(self.under)
            and (
                path not in self.rows
                or self.rows[path]["sha"] != sha
                or not keys <= set(self.rows[path]["mutants"])
            )
        ]

    def measure(self, copy: Path, mutants: list[Mutant], processes: int) -> None:
        """Run the test files whose rows are missing or old."""
        self.take_in()
        stale = self.stale_files(mutants)
        if not stale:
            return
        hashes = test_files()
        (self.raw / "hits").mkdir(parents=True)
        plan = {
            "mutants": [mutant.key for mutant in mutants],
            "files": {path: hashes[path] for path in stale},
        }
        (self.raw / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        print(f"coverage: {len(stale)} test files run once with probes", flush=True)
        probed = copies.write_probes(copy, mutants)
        names = copy / "mutation-tests.txt"
        names.write_text("\n".join(stale), encoding="utf-8")
        environment = os.environ | {
            probe.FOLDER: str(self.raw / "hits"),
            RECORDS: str(self.raw / "records.jsonl"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "tests.mutation.recorder"]
        command += ["-p", "no:randomly", "-p", "no:cacheprovider", "-n", str(processes), "--dist=worksteal"]
        answer = subprocess.run([*command, f"@{names}"], cwd=copy, env=environment, check=False)
        copies.restore(copy, probed)
        self.take_in()
        if stale_after := self.stale_files(mutants):
            print(*stale_after[:20], sep="\n")
            raise SystemExit(f"{len(stale_after)} test files did not run in the copy: {answer.returncode}")
        if failed := sorted(test for row in self.rows.values() for test in row["failed"]):
            print(f"{len(failed)} tests fail in a copy without a mutant and judge nothing:")
            print(*failed[:20], sep="\n")

    def take_in(self) -> None:
        """Move what the last run noted into the rows; a file counts when all its tests were run."""
        if not (self.raw / "plan.json").exists():
            return
        plan = json.loads((self.raw / "plan.json").read_text(encoding="utf-8"))
        tests_of_file: dict[str, list[str]] = {}
        for path in self.raw.glob("collected-*.json"):
            tests_of_file |= json.loads(path.read_text(encoding="utf-8"))
        records = {}
        if (self.raw / "records.jsonl").exists():
            for line in (self.raw / "records.jsonl").read_text(encoding="utf-8").splitlines():
                test, seconds, outcome = json.loads(line)
                records[test] = (seconds, outcome)
        names = {probe.key_of_test(test): test for test in records}
        hits: dict[str, list[str]] = {}
        for path in (self.raw / "hits").iterdir():
            key, _, test_key = path.name.partition("-")
            if test := names.get(test_key):
                hits.setdefault(test, []).append(key)
        for path, sha in plan["files"].items():
            tests = tests_of_file.get(path, [])
            if all(test in records for test in tests) and tests_of_file:
                self.rows[path] = {
                    "sha": sha,
                    "mutants": plan["mutants"],
                    "seconds": {test: records[test][0] for test in tests if records[test][1] == "passed"},
                    "failed": [test for test in tests if records[test][1] == "failed"],
                    "hits": {test: hits[test] for test in tests if test in hits},
                }
        self.path.write_text(json.dumps(self.rows), encoding="utf-8")
        for path in sorted(self.raw.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        self.raw.rmdir()

    def load(self, mutants: list[Mutant]) -> CoverageMap:
        """Return the map of these mutants; those that numba compiles are judged by every test of matching."""
        seconds: dict[str, float] = {}
        tests: dict[str, set[str]] = {mutant.key: set() for mutant in mutants}
        kernels = {mutant.key for mutant in mutants if mutant.path.startswith(copies.KERNELS)}
        present = test_files()
        for path, row in self.rows.items():
            if path not in present:
                continue
            seconds |= row["seconds"]
            for test, keys in row["hits"].items():
                for key in keys:
                    if key in tests and test in row["seconds"]:
                        tests[key].add(test)
            if path.startswith("tests/matching/"):
                for key in kernels:
                    tests[key] |= set(row["seconds"])
        return CoverageMap(seconds, tests)
