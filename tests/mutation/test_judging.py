"""Choice of tests, probes, and what of an earlier run still holds."""

import ast
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.house.source import ROOT
from tests.mutation import copies, coverage_map, judge, mutants, probe, recorder
from tests.mutation.coverage_map import CoverageMap, CoverageStore
from tests.mutation.judge import OUTCOME_KILLED, OUTCOME_SURVIVED, Verdict, Verdicts, choose_tests
from tests.mutation.mutants import Mutant, domain_files, draw


def make_mutant(path: str = "portal/fairs/models.py", function: str = "f") -> Mutant:
    return Mutant(path, 1, 0, function, "0", "constant", "1", "(2)", "")


def test_probe_stands_before_each_mutant_and_the_rest_is_unchanged(tmp_path: Path) -> None:
    sample = draw(11, 200)
    for path in {copies.CHILDREN, *(mutant.path for mutant in sample)}:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    probed_files = copies.write_probes(tmp_path, sample)
    source = {path: (tmp_path / path).read_text(encoding="utf-8") for path in probed_files}
    for mutant in sample:
        if not mutant.path.startswith(copies.KERNELS):
            assert source[mutant.path].count(f"_mutation_hit('{mutant.key}')") == 1, mutant
    for path in set(probed_files) - {copies.CHILDREN}:
        module = ast.parse(source[path])
        for node in ast.walk(module):
            for name in ("body", "orelse", "finalbody"):
                if isinstance(statements := getattr(node, name, None), list):
                    statements[:] = [
                        one for one in statements if not ast.unparse(one).startswith("_mutation_hit(")
                    ]
        module.body.remove(next(one for one in module.body if ast.unparse(one) == copies.PROBED))
        original = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert ast.unparse(module) == ast.unparse(original)
    copies.restore(tmp_path, probed_files)
    assert all((tmp_path / path).read_bytes() == (ROOT / path).read_bytes() for path in probed_files)


def test_probe_notes_the_running_test_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(probe.FOLDER, str(tmp_path))
    monkeypatch.delenv(probe.CURRENT_TEST)
    probe.hit("k1")
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv(probe.CURRENT_TEST, "tests/a/test_b.py::test_c[x y] (call)")
    probe.hit("k1")
    probe.hit("k1")
    key = probe.key_of_test("tests/a/test_b.py::test_c[x y]")
    assert [path.name for path in tmp_path.iterdir()] == [f"k1-{key}"]


def test_tests_of_the_same_package_come_first_then_the_quickest() -> None:
    mutant = make_mutant()
    seconds = {
        "tests/fairs/test_a.py::test_1": 8.0, "tests/fairs/test_a.py::test_2": 1.0,
        "tests/web/t.py::test_3": 0.1, "tests/web/t.py::test_4": 6.0, "tests/core/t.py::test_5": 0.1,
    }  # fmt: skip
    coverage = CoverageMap(seconds, {mutant.key: set(list(seconds)[:4])})
    names = [test.rpartition("_")[2] for test in choose_tests(mutant, coverage, 10)]
    assert names == ["2", "1", "3"]
    without = choose_tests(mutant, coverage, 10, {"tests/fairs/test_a.py::test_1"})
    assert [test.rpartition("_")[2] for test in without] == ["2", "3", "4"]
    assert len(choose_tests(mutant, coverage, 0.5)) == 1, "the first, however long it takes"
    nowhere = CoverageMap(seconds, {mutant.key: set()})
    assert {test.partition("::")[0] for test in choose_tests(mutant, nowhere, 99)} == {
        "tests/fairs/test_a.py"
    }


def test_renamed_parameters_are_chosen_by_their_function() -> None:
    items: Any = [SimpleNamespace(nodeid=f"t.py::{name}") for name in ("a[2]", "a[3]", "b", "c[1]", "c[2]")]
    items_to_run = recorder.choose(items, ["t.py::b", "t.py::c[2]", "t.py::a[1]"])
    assert [item.nodeid[6:] for item in items_to_run] == ["b", "c[2]", "a[2]", "a[3]"]


def test_verdict_holds_while_its_judges_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = {"tests/fairs/test_a.py": "1", "tests/fairs/test_b.py": "1"}
    monkeypatch.setattr(judge, "test_files", lambda: hashes)
    victim, survivor = make_mutant(function="killed"), make_mutant(function="survivor")
    verdicts = Verdicts(tmp_path / "verdicts.jsonl")
    verdicts.add(
        Verdict(victim.key, OUTCOME_KILLED, "tests/fairs/test_a.py::t", 3, {"tests/fairs/test_a.py": "1"})
    )
    verdicts.add(Verdict(survivor.key, OUTCOME_SURVIVED, "", 3, {"tests/fairs/test_a.py": "1"}))
    verdicts = Verdicts(tmp_path / "verdicts.jsonl")
    tests = ["tests/fairs/test_a.py::t"]
    assert verdicts.valid(victim, tests)
    assert verdicts.valid(survivor, tests)
    more = [*tests, "tests/fairs/test_b.py::t"]
    assert verdicts.valid(victim, more)
    assert not verdicts.valid(survivor, more), "a test that did not judge it comes to it now"
    hashes["tests/fairs/test_a.py"] = "2"
    assert not verdicts.valid(victim, tests)
    assert not verdicts.valid(survivor, tests)


def test_coverage_of_a_run_cut_short_counts_for_finished_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = {"tests/fairs/test_a.py": "1", "tests/fairs/test_b.py": "1"}
    monkeypatch.setattr(coverage_map, "test_files", lambda: hashes)
    mutant = make_mutant()
    store = CoverageStore(tmp_path)
    (store.raw / "hits").mkdir(parents=True)
    a, b = "tests/fairs/test_a.py::t", "tests/fairs/test_b.py::t"
    (store.raw / "plan.json").write_text(f'{{"mutants": ["{mutant.key}"], "files": {json.dumps(hashes)}}}')
    (store.raw / "collected-1.json").write_text(json.dumps({a[:-3]: [a], b[:-3]: [b, f"{b}2"]}))
    (store.raw / "records.jsonl").write_text(f'["{a}", 0.5, "passed"]\n["{b}", 0.5, "passed"]\n')
    (store.raw / "hits" / f"{mutant.key}-{probe.key_of_test(a)}").touch()
    store.take_in()
    assert CoverageStore(tmp_path).stale_files([mutant]) == ["tests/fairs/test_b.py"]
    coverage = CoverageStore(tmp_path).load([mutant])
    assert (coverage.seconds, coverage.tests) == ({a: 0.5}, {mutant.key: {a}})
    hashes["tests/fairs/test_a.py"] = "2"
    assert len(CoverageStore(tmp_path).stale_files([mutant])) == 2


def test_mutant_stays_when_the_code_around_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function's dice are its own: without other files the mutants of those that stay are the same."""
    before = draw(3, 40)
    left_out = {mutant.path for mutant in before[::2]}
    paths = [path for path in domain_files() if str(path.relative_to(ROOT)) not in left_out]
    monkeypatch.setattr(mutants, "domain_files", lambda: paths)
    after = draw(3, 40)
    assert {mutant for mutant in before if mutant.path not in left_out} <= set(after)
    assert len(after) == 40
    assert not {mutant.path for mutant in after} & left_out
