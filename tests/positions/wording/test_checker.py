"""The checker by example. What it is measured on stands in labelled.csv."""

import subprocess
import sys

import pytest

from portal.positions.wording import Category, Severity, check, check_fields, relax, relax_all

SCENARIO = "限男性，35岁以下，无纹身，男女宿舍齐全"


def test_scenario_five_finds_sex_age_and_tattoo() -> None:
    sex, age, tattoo = check(SCENARIO)
    assert (sex.text, sex.category, sex.severity) == ("限男性", Category.SEX, Severity.BLOCK)
    assert sex.excusable
    assert "妇女权益保障法" in sex.law
    assert (age.text, age.category, age.severity) == ("35岁以下", Category.AGE, Severity.WARN)
    assert (tattoo.text, tattoo.severity) == ("无纹身", Severity.WARN)


def test_relax_replaces_only_the_phrase() -> None:
    sex, age, _ = check(SCENARIO)
    assert relax(SCENARIO, age) == "限男性，年满18周岁，无纹身，男女宿舍齐全"
    assert relax(SCENARIO, sex) == "男女不限，35岁以下，无纹身，男女宿舍齐全"
    relaxed = relax_all(SCENARIO, check(SCENARIO))
    assert check(relaxed) == []
    assert "男女宿舍齐全" in relaxed


def test_finding_positions_refer_to_original_text() -> None:
    text = "要求：限\u200b男 性，３５岁以下"
    for finding in check(text):
        assert text[finding.start : finding.end] == finding.text
    assert [f.category for f in check(text)] == ["sex", "age"]


@pytest.mark.parametrize("disguise", ["nan性优先", "n4n性优先", "田力性优先"])
def test_relax_replaces_the_whole_disguise(disguise: str) -> None:
    text = f"{disguise}，会开车"
    (finding,) = check(text)
    assert finding.text == disguise
    assert relax(text, finding) == "男女不限，会开车"


def test_check_fields_returns_findings_by_field() -> None:
    findings = check_fields({"title": "货车司机", "requirements": SCENARIO, "duties": ""})
    assert list(findings) == ["requirements"]


def test_checker_does_not_import_django() -> None:
    code = "import sys, portal.positions.wording; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
