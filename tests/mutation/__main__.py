"""Draw mutants, run the tests that cover each, and write the report.

`make mutate SEED=1 COUNT=120` runs the suite once to learn which tests come to which mutant. What was learnt
is kept in .pytest_cache/mutation, so a run that was cut short goes on, and after new tests only the survivors
are judged again; ARGS='--fresh' begins anew.
"""

import argparse
import csv
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import Queue

from tqdm import tqdm

from tests.house.source import ROOT
from tests.mutation import copies
from tests.mutation.coverage_map import CoverageMap, CoverageStore
from tests.mutation.judge import (
    OUTCOME_SURVIVED,
    SECONDS_OF_MORE_TESTS,
    SECONDS_OF_TESTS,
    WITHOUT_TEST,
    Verdict,
    Verdicts,
    choose_tests,
    judge,
    run_tests,
)
from tests.mutation.mutants import Mutant, draw

REPORT = ROOT / "docs/reviews/hold-11.csv"
FOLDER = ROOT / ".pytest_cache/mutation"
COLUMNS = (
    "seed", "path", "function", "line", "operator", "original", "mutated", "outcome", "killing_test", "tests",
    "sha256", "note",
)  # fmt: skip
MAX_FALSE_STARTS = 8  # of tests that did not start, one after the other: the machine is at fault then


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes", type=float, default=75, help="no survivor gets more tests after that")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs measured")
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.add_argument(
        "--tests", metavar="PATH", help="for a trial: no other tests judge, no report is kept"
    )
    options = parser.parse_args()
    began = time.monotonic()
    state = FOLDER / "trial" if options.tests else FOLDER
    if options.fresh:
        shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True, exist_ok=True)
    report = state / "report.csv" if options.tests else options.report
    mutants = draw(options.seed, options.count)
    with tempfile.TemporaryDirectory(prefix="portal-mutation-") as folder:
        first = copies.copy_project(Path(folder) / "0")
        store = CoverageStore(state, under=options.tests or "tests/")
        store.measure(first, mutants, options.processes)
        yard = Yard(first, options.processes, store.load(mutants), Verdicts(state / "verdicts.jsonl"))
        yard.judge_all(mutants, SECONDS_OF_TESTS, "mutants")
        yard.judge_again(mutants)
        if time.monotonic() - began < options.minutes * 60:
            survivors = [mutant for mutant in mutants if yard.outcome(mutant) == OUTCOME_SURVIVED]
            yard.judge_all(survivors, SECONDS_OF_MORE_TESTS, "survivors, by more tests")
            yard.judge_again(survivors)
    write_report(report, options.seed, mutants, yard.verdicts)
    survivors = [mutant for mutant in mutants if yard.outcome(mutant) == OUTCOME_SURVIVED]
    for mutant in survivors:
        print(f"{mutant.path}:{mutant.line} {mutant.function}: {mutant.before!r} -> {mutant.after!r}")
    share = 1 - len(survivors) / len(mutants)
    minutes = round((time.monotonic() - began) / 60, 1)
    print(
        json.dumps(
            {"seed": options.seed, "mutants": len(mutants), "killed": round(share, 3), "minutes": minutes}
        )
    )


class Yard:
    """Copies of the project in which mutants are judged, several at a time."""

    def __init__(self, first: Path, processes: int, coverage: CoverageMap, verdicts: Verdicts) -> None:
        self.first, self.coverage, self.verdicts = first, coverage, verdicts
        self.unstable: set[str] = set()  # tests that also failed without a mutant
        self.free: Queue[Path] = Queue()
        self.free.put(first)
        for i in range(1, processes):
            self.free.put(shutil.copytree(first, first.with_name(str(i)), symlinks=True))
        self.processes = processes

    def outcome(self, mutant: Mutant) -> str:
        return self.verdicts.rows[mutant.key].outcome

    def judge_all(self, mutants: list[Mutant], seconds: float, words: str) -> None:
        """Judge the mutants that have no valid verdict yet by tests of so many seconds each."""
        selections = {
            mutant.key: choose_tests(mutant, self.coverage, seconds, self.unstable) for mutant in mutants
        }
        open_mutants = [
            mutant for mutant in mutants if not self.verdicts.valid(mutant, selections[mutant.key])
        ]
        self._run(open_mutants, lambda mutant: selections[mutant.key], words)

    def judge_again(self, mutants: list[Mutant]) -> None:
        """Run the tests that killed without any mutant; what an unstable test killed is judged by others."""
        killers = {self.verdicts.rows[mutant.key].test for mutant in mutants} - {"", WITHOUT_TEST}
        if not killers:
            return
        seconds_of = self.coverage.seconds
        limit = 600 + 6 * sum(seconds_of.get(test, 1.0) for test in killers)
        tests, unstable = sorted(killers & set(seconds_of)), set()
        while tests:
            code, failed_test = run_tests(self.first, tests, limit, "-x")
            if code == 0:
                break
            if not failed_test:
                raise SystemExit(
                    f"the tests that killed do not run without a mutant: pytest ended with {code}"
                )
            unstable.add(failed_test)
            tests = [test for test in tests if test != failed_test]
        if unstable:
            print(f"{len(unstable)} tests fail without a mutant too:", *sorted(unstable), sep="\n")
        self.unstable |= unstable
        self._run(
            [mutant for mutant in mutants if self.verdicts.rows[mutant.key].test in unstable],
            lambda mutant: choose_tests(mutant, self.coverage, SECONDS_OF_TESTS, self.unstable),
            "mutants, by stable tests",
        )

    def _run(self, mutants: list[Mutant], tests_of: Callable[[Mutant], list[str]], words: str) -> None:
        if not mutants:
            return

        def judge_one(mutant: Mutant) -> Verdict:
            copy = self.free.get()
            try:
                return judge(mutant, copy, tests_of(mutant), self.coverage)
            finally:
                self.free.put(copy)

        false_starts = 0
        with ThreadPoolExecutor(self.processes) as pool:
            futures = [pool.submit(judge_one, mutant) for mutant in mutants]
            for future in tqdm(as_completed(futures), total=len(mutants), unit="mutant", desc=words):
                verdict = future.result()
                self.verdicts.add(verdict)
                false_starts = false_starts + 1 if verdict.test == WITHOUT_TEST else 0
                if false_starts == MAX_FALSE_STARTS:
                    pool.shutdown(cancel_futures=True)
                    raise SystemExit("tests do not start any more: see what the machine lacks")


def write_report(path: Path, seed: int, mutants: list[Mutant], verdicts: Verdicts) -> None:
    """Write the report; notes on mutants that were drawn before stay."""
    notes = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                notes[row["path"], row["function"], row["original"], row["mutated"]] = row["note"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for mutant in mutants:
            verdict = verdicts.rows[mutant.key]
            writer.writerow(
                (
                    seed, mutant.path, mutant.function, mutant.line, mutant.kind, mutant.before, mutant.after,
                    verdict.outcome, verdict.test, verdict.tests, mutant.function_sha256,
                    notes.get((mutant.path, mutant.function, mutant.before, mutant.after), ""),
                )
            )  # fmt: skip


if __name__ == "__main__":
    main()
