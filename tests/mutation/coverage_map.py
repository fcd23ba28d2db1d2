"""Map of lines to the tests that run them: one run of the fast suite with a context for each test."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from coverage import CoverageData

from tests.harness.durations import RECORD
from tests.house.source import ROOT
from tests.mutation.mutants import PACKAGES

CoverageMap = dict[str, dict[int, list[str]]]  # path -> line -> tests


def measure(folder: Path) -> None:
    """Run the fast suite once and leave `.coverage` in `folder`."""
    config = folder / "coverage.ini"
    config.write_text(
        "[run]\nsource =\n"
        + "".join(f"    {package}\n" for package in PACKAGES)
        + f"data_file = {folder}/.coverage\ndynamic_context = test_function\nparallel = true\n"
        + "concurrency = multiprocessing, thread\n",
        encoding="utf-8",
    )
    answer = subprocess.run(
        [
            sys.executable, "-m", "pytest", "--fast", "-q", "--numprocesses=auto", "--dist=worksteal",
            *(f"--cov={package}" for package in PACKAGES), "--cov-context=test", f"--cov-config={config}",
            "--cov-report=", "--ignore=tests/house",
        ],
        cwd=ROOT,
        check=False,
    )  # fmt: skip
    if answer.returncode:
        raise SystemExit("the suite has to be green before anything is put wrong in it")


def load(folder: Path) -> CoverageMap:
    """Return the tests of each line, the quickest first."""
    data = CoverageData(str(folder / ".coverage"))
    data.read()
    seconds: dict[str, float] = json.loads(RECORD.read_text(encoding="utf-8"))
    lines: CoverageMap = defaultdict(dict)
    for file in data.measured_files():
        path = str(Path(file).relative_to(ROOT))
        for line, contexts in data.contexts_by_lineno(file).items():
            tests = {context.partition("|")[0] for context in contexts} & set(seconds)
            lines[path][line] = sorted(tests, key=lambda test: seconds[test])
    return lines
