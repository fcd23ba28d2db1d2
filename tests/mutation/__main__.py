"""Draw mutants, run the tests that cover each, and write the report.

`make mutate SEED=1 COUNT=120` measures the coverage of the fast suite first; ARGS='--fresh no' uses that of
the last run.
Each mutant runs in a copy of the project, so that the working tree is never wrong.
"""

import argparse
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from tqdm import tqdm

from tests.harness.durations import RECORD
from tests.house.source import ROOT, files
from tests.mutation import coverage_map
from tests.mutation.mutants import Mutant, draw

REPORT = ROOT / "docs/reviews/hold-11.csv"
FOLDER = ROOT / ".pytest_cache/mutation"
COLUMNS = (
    "seed",
    "path",
    "line",
    "function",
    "sha256",
    "kind",
    "before",
    "after",
    "outcome",
    "tests",
    "note",
)
SECONDS_OF_TESTS = 45.0  # of tests that cover one line, as they took when nothing was wrong
SECONDS_TO_START = 60.0
RUNNERS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--fresh", choices=("yes", "no"), default="yes")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if options.fresh == "yes":
        coverage_map.measure(FOLDER)
    lines = coverage_map.load(FOLDER)
    mutants = draw(options.seed, options.count)
    with tempfile.TemporaryDirectory() as folder:
        copies: Queue[Path] = Queue()
        for i in range(RUNNERS):
            copies.put(copy_project(Path(folder) / str(i)))

        def judge(mutant: Mutant) -> tuple[str, int]:
            copy = copies.get()
            try:
                return run(mutant, copy, choose_tests(mutant, lines))
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(RUNNERS) as pool:
            outcomes = list(tqdm(pool.map(judge, mutants), total=len(mutants), unit="mutant"))
    write_report(options.seed, mutants, outcomes)
    survivors = [
        mutant for mutant, (outcome, _) in zip(mutants, outcomes, strict=True) if outcome == "survived"
    ]
    for mutant in survivors:
        print(f"{mutant.path}:{mutant.line} {mutant.function}: {mutant.before!r} -> {mutant.after!r}")
    share = 1 - len(survivors) / len(mutants)
    print(json.dumps({"seed": options.seed, "mutants": len(mutants), "killed": round(share, 3)}))


def copy_project(target: Path) -> Path:
    """Copy the project's own files, and lead to the packages that it has installed."""
    for path in files():
        copied = target / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copied)
    (target / ".venv").symlink_to(ROOT / ".venv")
    return target


def choose_tests(mutant: Mutant, lines: coverage_map.CoverageMap) -> list[str]:
    """Return the tests that cover the mutant's line: those of its own package first, then the quickest."""
    seconds: dict[str, float] = json.loads(RECORD.read_text(encoding="utf-8"))
    own_folder = "tests/" + mutant.path.removeprefix("portal/").rpartition("/")[0]
    covering = lines.get(mutant.path, {}).get(mutant.line, [])
    selection, total = [], 0.0
    for test in sorted(covering, key=lambda test: not test.startswith(own_folder)):
        if total + seconds[test] <= SECONDS_OF_TESTS:
            selection.append(test)
            total += seconds[test]
    return selection or covering[:1]


def run(mutant: Mutant, copy: Path, tests: list[str]) -> tuple[str, int]:
    """Return 'killed', 'timeout', 'survived' or 'not covered', and the number of tests."""
    if not tests:
        return "not covered", 0
    path = copy / mutant.path
    original = path.read_text(encoding="utf-8")
    path.write_text(mutant.source, encoding="utf-8")
    names = copy / "mutation-tests.txt"
    names.write_text("\n".join(tests), encoding="utf-8")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    process = subprocess.Popen(
        [*command, f"@{names}"],
        cwd=copy,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = process.wait(SECONDS_TO_START + 4 * SECONDS_OF_TESTS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return "timeout", len(tests)
    finally:
        path.write_text(original, encoding="utf-8")
    return ("survived" if code == 0 else "killed"), len(tests)


def write_report(seed: int, mutants: list[Mutant], outcomes: list[tuple[str, int]]) -> None:
    """Write the report; notes on mutants that were drawn before stay."""
    notes = {}
    if REPORT.exists():
        with REPORT.open(encoding="utf-8", newline="") as file:
            notes = {(row["path"], row["before"], row["after"]): row["note"] for row in csv.DictReader(file)}
    with REPORT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for mutant, (outcome, count) in zip(mutants, outcomes, strict=True):
            writer.writerow(
                (
                    seed,
                    mutant.path,
                    mutant.line,
                    mutant.function,
                    mutant.function_sha256,
                    mutant.kind,
                    mutant.before,
                    mutant.after,
                    outcome,
                    count,
                    notes.get((mutant.path, mutant.before, mutant.after), ""),
                )
            )


if __name__ == "__main__":
    main()
