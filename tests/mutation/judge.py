"""Judging of one mutant: the tests that cover it run in a copy of the project in which it stands."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.mutation import copies
from tests.mutation.coverage_map import CoverageMap, test_files
from tests.mutation.mutants import Mutant
from tests.mutation.recorder import TESTS, VERDICT

# Seconds of the tests that judge a mutant, as they took when nothing was wrong; survivors are judged by more.
SECONDS_OF_TESTS = 40.0
SECONDS_OF_MORE_TESTS = 150.0
SECONDS_TO_START = 120.0
TIMES_LONGER = 6  # a test may take so much longer than it took before the mutant counts as endless
WITHOUT_TEST = "(the tests do not start)"
OUTCOME_KILLED, OUTCOME_TIMEOUT, OUTCOME_SURVIVED = "killed", "timeout", "survived"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome of a mutant.

    Attributes:
        key: of the mutant.
        test: that failed.
        tests: number of tests that judged.
        files: hash of each test file that judged; what they said is stale when one changes.
    """

    key: str
    outcome: str
    test: str = ""
    tests: int = 0
    files: dict[str, str] = field(default_factory=dict)


def choose_tests(
    mutant: Mutant, coverage: CoverageMap, limit: float = SECONDS_OF_TESTS, without: set[str] | None = None
) -> list[str]:
    """Return the tests that cover a mutant, up to so many seconds: its package's first, then the quickest.

    Where no test comes to it, those of its package: it may run where no probe sees it.
    """
    room = mutant.path.removeprefix("portal/").partition("/")[0]
    own_folder = f"tests/{room}/"
    covering = coverage.tests[mutant.key] or {
        test for test in coverage.seconds if test.startswith(own_folder)
    }
    selection: list[str] = []
    total = 0.0
    candidates = sorted(
        covering - (without or set()),
        key=lambda test: (not test.startswith(own_folder), coverage.seconds[test], test),
    )
    for test in candidates:
        if total + coverage.seconds[test] <= limit or not selection:
            selection.append(test)
            total += coverage.seconds[test]
    return selection


def run_tests(copy: Path, tests: list[str], seconds: float, *options: str) -> tuple[int | None, str]:
    """Run tests in a copy; return pytest's exit code, None when time was up, and the first that failed."""
    listed, verdict = copy / "mutation-tests.txt", copy / "mutation-verdict.txt"
    listed.write_text("\n".join(tests), encoding="utf-8")
    verdict.unlink(missing_ok=True)
    temporary = copy / ".tmp"
    temporary.mkdir(exist_ok=True)
    environment = os.environ | {
        TESTS: str(listed), VERDICT: str(verdict), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(temporary),
    }  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.mutation.recorder", *options]
    command += ["-p", "no:randomly", "-p", "no:cacheprovider"]
    with (copy / "mutation-output.txt").open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [*command, *sorted({test.partition("::")[0] for test in tests})],
            cwd=copy, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            code: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    shutil.rmtree(temporary, ignore_errors=True)
    return code, verdict.read_text(encoding="utf-8") if verdict.exists() else ""


def judge(mutant: Mutant, copy: Path, tests: list[str], coverage: CoverageMap) -> Verdict:
    """Run the tests with the mutant in its place."""
    hashes = test_files()
    judges = {path: hashes[path] for path in sorted({test.partition("::")[0] for test in tests})}
    if not tests:
        return Verdict(mutant.key, OUTCOME_SURVIVED)
    path = copy / mutant.path
    path.write_text(mutant.source, encoding="utf-8")
    usual_seconds = sum(coverage.seconds[test] for test in tests)
    try:
        code, failed_test = run_tests(copy, tests, SECONDS_TO_START + TIMES_LONGER * usual_seconds, "-x")
    finally:
        copies.restore(copy, [mutant.path])
    if code == 0:
        return Verdict(mutant.key, OUTCOME_SURVIVED, "", len(tests), judges)
    if failed_test:
        judges = {file: sha for file, sha in judges.items() if file == failed_test.partition("::")[0]}
    outcome = OUTCOME_TIMEOUT if code is None and not failed_test else OUTCOME_KILLED
    return Verdict(mutant.key, outcome, failed_test or WITHOUT_TEST, len(tests), judges)


class Verdicts:
    """Verdicts of this and earlier runs, one JSON line each; a run that was cut short goes on from them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, Verdict] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                verdict = Verdict(**json.loads(line))
                self.rows[verdict.key] = verdict

    def add(self, verdict: Verdict) -> None:
        self.rows[verdict.key] = verdict
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(verdict)) + "\n")

    def valid(self, mutant: Mutant, tests: list[str]) -> Verdict | None:
        """Return the verdict on a mutant, if those who judged are as they were.

        A survivor is judged again when a test came to the file of its judges or to those that cover it.
        """
        verdict = self.rows.get(mutant.key)
        hashes = test_files()
        if verdict is None or any(hashes.get(path) != sha for path, sha in verdict.files.items()):
            return None
        if verdict.outcome == OUTCOME_SURVIVED and {test.partition("::")[0] for test in tests} - set(
            verdict.files
        ):
            return None
        return verdict
