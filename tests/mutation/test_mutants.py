"""Mutants: the same seed draws the same ones, and each is valid code that differs in one place."""

import ast
import shutil
from pathlib import Path

from tests.house.source import ROOT
from tests.mutation.copies import CHILDREN, write_probes
from tests.mutation.mutants import draw


def test_the_same_seed_draws_the_same() -> None:
    assert draw(5, 10) == draw(5, 10)
    assert draw(5, 10) != draw(6, 10)


def test_every_mutant_differs_in_one_place_and_compiles() -> None:
    mutants = draw(7, 300)
    assert len({mutant.kind for mutant in mutants}) >= 10
    for mutant in mutants:
        original = (ROOT / mutant.path).read_text(encoding="utf-8")
        assert mutant.source != original, mutant
        mutated = ast.dump(ast.parse(mutant.source))
        assert mutated != ast.dump(ast.parse(original)), mutant


def test_probed_files_are_valid_code(tmp_path: Path) -> None:
    mutants = draw(1, 300)
    mutants = [mutant for mutant in mutants if mutant.path == CHILDREN] + mutants[:40]
    assert mutants[0].path == CHILDREN  # which gets more than probes
    for path in {mutant.path for mutant in mutants}:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    for path in write_probes(tmp_path, mutants):
        ast.parse((tmp_path / path).read_text(encoding="utf-8"))
