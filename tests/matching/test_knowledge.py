"""The crosswalk, the classification and the certificate lattice."""

import csv
from typing import Any

import pytest

from matching.knowledge import (
    ENTRY_SPECIALTY,
    certificate_bits,
    certificates,
    occupation_number,
    occupations,
    specialties,
    with_covered,
)
from matching.tokens import DATA

DRIVING = {
    "a1": {"a1", "a3", "b1", "b2", "c1", "c2"},
    "a2": {"a2", "b1", "b2", "c1", "c2"},
    "a3": {"a3", "c1", "c2"},
    "b1": {"b1", "c1", "c2"},
    "b2": {"b2", "c1", "c2"},
    "c1": {"c1", "c2"},
    "c2": {"c2"},
    "d": {"d", "e"},
    "e": {"e"},
}


@pytest.mark.parametrize(("licence", "covers"), DRIVING.items())
def test_a_driving_licence_covers_what_the_law_says(licence: Any, covers: Any) -> None:
    assert with_covered([f"driving_{licence}"]) == {f"driving_{c}" for c in covers}


def test_other_certificates_cover_only_themselves() -> None:
    for code in certificates():
        if not code.startswith("driving_"):
            assert with_covered([code]) == {code}


def test_certificates_fit_into_64_bits_each_its_own() -> None:
    assert len(certificates()) <= 64
    bits = [certificate_bits(frozenset({code})) for code in certificates()]
    assert len(set(bits)) == len(bits)
    assert certificate_bits(frozenset(certificates())) == sum(bits)
    with pytest.raises(KeyError):
        certificate_bits(frozenset({"no_such_certificate"}))


def test_crosswalk_is_broad_and_every_code_in_it_exists() -> None:
    assert len(specialties()) >= 60
    for specialty in specialties().values():
        assert specialty.code.isascii()
        assert specialty.civilian_occupations
        assert specialty.occupation_codes
        for code in specialty.occupation_codes:
            assert occupations()[code].level == 4
        assert specialty.certificate_codes <= certificates().keys()


def test_a_medic_is_no_nurse_and_infantry_no_guard() -> None:
    medic, infantry = specialties()["medic"], specialties()["infantry"]
    assert "nurse" not in medic.certificate_codes
    assert not any("护士" in occupations()[c].name for c in medic.occupation_codes)
    assert not any("护士" in name for name in medic.civilian_occupations)
    assert "4-07-05-01" not in infantry.occupation_codes
    assert "保安员" not in infantry.civilian_occupations


def test_disability_is_no_specialty() -> None:
    assert not any("伤残" in s.name or "残疾" in s.name for s in specialties().values())
    assert ENTRY_SPECIALTY in specialties()


def test_classification_is_whole_and_each_code_stands_once() -> None:
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as file:
        regions = [r["code"] for r in csv.DictReader(file)]
    assert len(regions) == len(set(regions)) == 3351
    levels = [o.level for o in occupations().values()]
    assert levels.count(4) >= 1632
    assert occupations()["4-02-02-02"].name == "道路货运汽车驾驶员"


def test_occupation_codes_become_numbers() -> None:
    assert occupation_number("4-02-02-02") == 4020202
    assert occupation_number("") == 0
    assert occupation_number("司机") == 0
