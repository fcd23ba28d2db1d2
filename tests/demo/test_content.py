"""Generators of the demo: reproducible, with valid codes, lawful texts and few duplicates."""

import ast
import csv
import gzip
import random
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from portal.core.certificates import CertificateKind
from portal.core.enums import Education, Shift
from portal.core.validators import validate_no_unit_name
from portal.demo.content import articles
from portal.demo.content.invented_employers import invent_employers
from portal.demo.content.invented_fairs import invent_fairs
from portal.demo.content.invented_people import PersonGenerator
from portal.demo.content.invented_positions import InventedPosition, PositionGenerator
from portal.demo.content.job_families import job_families
from portal.demo.content.places import place_rows
from portal.demo.content.rare_jobs import build_rare_jobs, task_lines
from portal.demo.content.toml_files import read_toml
from portal.employers.enums import Nature, SizeBand
from portal.positions.enums import PositionKind
from portal.veterans.enums import Branch, EmploymentStatus, RankGroup, Settlement

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime.fromisoformat("2026-11-24T10:00")  # local and naive, as for `invent_fairs`
POSITION_COUNT = 12_000
# Words and patterns that no text of the demo may contain.
FORBIDDEN_WORDS = re.compile(
    r"[限招要]男|[限招要]女|[男女](士|性)?优先|未婚|已婚|婚育|汉族|少数民族|宗教|乙肝|携带者|残疾人?勿|押金|保证金|服装费|报名费"
    r"|培训贷|自费|包过|保录|\d+\s*周?岁|岁以[下内]|身高|体重|视力(良好|正常|\d)|五官|形象好|户籍|高薪|月入过万|轻松|面议|微信|QQ"
    r"|1[3-9]\d{9}|\d{17}[\dX]|部队番号|频率|呼号|密码|绝密|机密"
)


# Code, name and tasks of an occupation.
Entry: TypeAlias = tuple[str, str, str]


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    with gzip.open(ROOT / "matching/data/occupations.csv.gz", "rt", encoding="utf-8") as file:
        return [(r["code"], r["name"], r["tasks"]) for r in csv.DictReader(file) if r["level"] == "4"]


@pytest.fixture(scope="module")
def positions(entries: list[Entry]) -> list[InventedPosition]:
    return _generate_positions(entries, seed=3, count=POSITION_COUNT)


def _towns() -> list[dict[str, str]]:
    return [row for row in place_rows() if row["level"] == "town"]


def _generate_positions(entries: list[Entry], seed: int, count: int) -> list[InventedPosition]:
    rng = random.Random(seed)
    industries = [employer.industry for employer in invent_employers(1_000, _towns(), rng)]
    maker = PositionGenerator(rng, {name: code for code, name, _ in entries}, build_rare_jobs(entries))
    return [maker.make(rng.choice(industries)) for _ in range(count)]


def _maker(seed: int) -> PersonGenerator:
    with (ROOT / "matching/data/crosswalk.csv").open(encoding="utf-8") as file:
        led = {r["code"]: tuple(filter(None, r["occupation_codes"].split("|"))) for r in csv.DictReader(file)}
    return PersonGenerator(
        random.Random(seed), NOW.date(), {k: v for k, v in led.items() if v}, ["4-07-05-01"]
    )


def test_same_seed_gives_same_city(entries: list[Entry]) -> None:
    assert (
        _generate_positions(entries, 5, 300)
        == _generate_positions(entries, 5, 300)
        != _generate_positions(entries, 6, 300)
    )
    first, second = _maker(5), _maker(5)
    assert [first.make("440705") for _ in range(300)] == [second.make("440705") for _ in range(300)]
    assert invent_fairs(73, NOW, random.Random(5)) == invent_fairs(73, NOW, random.Random(5))


def test_content_knows_no_django() -> None:
    for path in (ROOT / "portal/demo/content").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not name.startswith("django"), path.name
                assert not name.startswith("portal") or name.startswith("portal.demo.content"), path.name


def test_job_families_use_valid_codes(entries: list[Entry]) -> None:
    names = {name for _, name, _ in entries}
    words = read_toml("position_words.toml")
    assert len({job.occupation for job in job_families()}) >= 200
    for job in job_families():
        assert job.occupation in names
        assert set(job.certificates) <= set(CertificateKind.values) & set(words["certificates"])
        assert set(job.shifts) <= set(Shift.values)
        assert set(job.kinds) <= set(PositionKind.values)
        assert job.education in Education.values
        assert re.fullmatch("[A-S]+", job.industries)
        assert len(job.duties) >= 4
        assert len(set(job.requirements)) >= 2


def test_no_line_of_a_family_repeats_what_fields_say() -> None:
    said_twice = re.compile(
        r"持有?[A-Z]?\d?.{0,12}证(?!件)|年以上.*(经验|经历)|(大专|本科|高中|中专)以上|两班倒|三班倒"
    )
    for job in job_families():
        for line in job.requirements:
            assert said_twice.search(line) is None, (job.occupation, line)


def test_positions_are_lawful_and_name_no_unit(positions: list[InventedPosition]) -> None:
    for position in positions:
        text = "\n".join([position.title, position.duties, position.requirements, position.relaxable])
        assert FORBIDDEN_WORDS.search(text) is None, text
        validate_no_unit_name(text)
        assert len(position.title) <= 60


def test_text_and_fields_of_a_position_agree(positions: list[InventedPosition]) -> None:
    words = read_toml("position_words.toml")
    for position in positions:
        for code in position.certificates:
            assert words["certificates"][code] in position.requirements
        demands = re.findall(r"([一二两三四五六七八])年以上", position.requirements)
        assert demands == ([words["years"][position.experience]] if position.experience else [])
        assert ("学历" in position.requirements) == (position.education > 0)
        assert 2_000 <= position.pay_from < position.pay_to
        assert len({"五险", "五险一金"} & set(position.benefits)) == 1
        if "包吃住" in position.title:
            assert {"包吃", "包住"} <= set(position.benefits)


def test_positions_are_mostly_blue_collar_with_few_duplicates(
    positions: list[InventedPosition], entries: list[Entry]
) -> None:
    codes = {code for code, _, _ in entries}
    assert {position.occupation for position in positions} <= codes
    assert sum(position.occupation[0] in "456" for position in positions) / POSITION_COUNT >= 0.7
    assert len({position.occupation for position in positions}) >= 400
    twins = Counter((position.occupation, position.duties, position.requirements) for position in positions)
    assert sum(count - 1 for count in twins.values()) / POSITION_COUNT < 0.005


def test_rare_jobs_come_from_the_classification(entries: list[Entry]) -> None:
    families = build_rare_jobs(entries)
    assert len(families) >= 300
    assert not {job.occupation for job in families} & {job.occupation for job in job_families()}
    assert task_lines("1.进行样品抽取 2.编制检验报告。") == ["负责样品抽取", "编制检验报告"]
    unlawful = [("6-01-01-01", "无名工", "1.收取押金 2.检查设备 3.记录数据。")]
    assert build_rare_jobs(unlawful) == []


def test_employers_have_valid_values() -> None:
    employers = invent_employers(2_000, _towns(), random.Random(2))
    assert {employer.size_band for employer in employers} == set(SizeBand.values)
    assert {employer.nature for employer in employers} <= set(Nature.values)
    assert len({employer.nature for employer in employers}) >= 6
    endings = (
        "公司",
        "厂",
        "店",
        "部",
        "社",
        "行",
        "中心",
        "场",
        "校",
        "院",
        "园",
        "厅",
        "楼",
        "乐",
        "宿",
        "市",
        "馆",
        "所",
        "区",
    )
    assert all(employer.name.endswith(endings) for employer in employers)
    assert all((employer.uscc[:2] == "93") == employer.name.endswith("合作社") for employer in employers)
    assert employers[0].name == "江门市远航物流有限公司"


def test_people_hold_values_of_the_portal() -> None:
    maker = _maker(4)
    people = [maker.make("440705") for _ in range(4_000)]
    for person in people:
        assert person.branch in Branch.values
        assert person.rank_group in RankGroup.values
        assert person.settlement in Settlement.values
        assert person.employment_status in EmploymentStatus.values
        assert person.education in Education.values
        assert len(set(person.specialties)) == len(person.specialties)
        assert person.left_on < NOW.date()
        assert (person.rank_group == "conscript") == (person.left_on.year - person.entered_on.year == 2)
        validate_no_unit_name(person.skills + person.honours + "".join(map(str, person.jobs)))
    assert len({person.specialties[0] for person in people}) >= 50
    assert len({person.name for person in people}) > 3_000
    assert 0.02 < sum(person.sex == "female" for person in people) / len(people) < 0.12


@pytest.mark.parametrize("count", [12, 73])
def test_fairs_are_past_running_and_upcoming(count: int) -> None:
    fairs = invent_fairs(count, NOW, random.Random(1))
    assert len(fairs) == len({fair.slug for fair in fairs}) == len({fair.title for fair in fairs}) == count
    assert sum(fair.starts <= NOW <= fair.ends for fair in fairs) == 1
    assert sum(fair.ends < NOW for fair in fairs) >= count // 2
    assert sum(fair.starts > NOW for fair in fairs) >= 3
    assert all(bool(fair.venue) == bool(fair.address) == (fair.mode != "online") for fair in fairs)
    winter = next(fair for fair in fairs if fair.starts.date() == date(2026, 12, 12))
    assert (winter.county, winter.mode) == ("440705", "both")


def test_winter_fair_needs_a_near_december() -> None:
    spring = datetime.fromisoformat("2026-03-02T09:00")
    fairs = invent_fairs(12, spring, random.Random(1))
    assert max(fair.starts for fair in fairs) < spring + timedelta(days=60)


def test_pages_have_text_and_promise_nothing() -> None:
    kinds = (articles.bases(), articles.policies(NOW.date()), articles.news())
    assert tuple(map(len, kinds)) == (12, 8, 8)
    for row in (row for rows in kinds for row in rows):
        text = "".join(row["story"])
        assert len(row["story"]) >= 3
        assert len(text) >= 90, row["title"]
        assert not re.search(
            r"〔\d{4}〕|\d+号文|第[一二三四五六七八九十]+条|保证|一定能|必定|\d+\s*万?元", text
        ), row["title"]
