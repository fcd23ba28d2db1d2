"""Names of military units, plain and disguised, and ordinary words that look like them."""

import gzip
import json
from pathlib import Path

import pytest

from portal.core.unit_names import find_unit_names
from tests.core.unit_name_disguises import DEVELOPED, HELD_OUT, Transformation, disguises
from tests.harness.must import Figure

POSTINGS = Path(__file__).parents[3] / "shared" / "data" / "postings_real.jsonl.gz"


def is_refused(text: str) -> bool:
    return any(True for _ in find_unit_names(text))


@pytest.mark.must("hold.7")
@pytest.mark.parametrize(("name", "transformations"), [("developed on", DEVELOPED), ("held out", HELD_OUT)])
def test_disguises_are_refused(name: str, transformations: dict[str, Transformation], figure: Figure) -> None:
    texts = [text for *_, text in disguises(transformations)]
    passes = [text for text in texts if not is_refused(text)]
    share = 1 - len(passes) / len(texts)
    assert len(texts) >= 400
    words = f"disguises {name}: {len(transformations)} transformations, {share:.3f} of {len(texts)} refused"
    figure(words, share, at_least=0.95)


@pytest.mark.slow
@pytest.mark.must("hold.7")
def test_lawful_postings_pass(figure: Figure) -> None:
    """The 24,000 real postings name no unit, as far as a look at what is refused tells."""
    with gzip.open(POSTINGS, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    count = sum(is_refused(f"{row['title']}\n{row['text']}") for row in rows)
    assert len(rows) >= 24_000
    per_thousand = count * 1000 / len(rows)
    words = f"{count} of {len(rows)} real postings refused, {per_thousand:.2f} per 1,000"
    figure(words, per_thousand, at_most=2)


@pytest.mark.parametrize(
    "text",
    [
        "坦克300试驾员",
        "坦克500销售",
        "负责5团队的管理",
        "第一师范学院",
        "热线10086，部队退役优先",
        "2015部队服役",
        "2012-2017部队服役",
        "在部队12年",
        "2010年入伍，2015年退伍",
        "三师傅带徒弟",
        "第35届运动会",
        "第一军医大学毕业",
        "三军仪仗队讲解",
        "东风货车司机",
        "红旗H9试驾",
        "旗舰店店长",
        "交警三大队辅警",
        "城管二中队",
        "兵团第一师",
        "旅游团30团",
        "J2EE开发",
        "VS2008",
        "运10吨货物",
        "直营店20家",
        "电话0750-3123456，部队家属优先",
        "第三营业部经理",
        "PLA材料3D打印",
        "80后军人",
        "10000部手机",
        "员工10000人，部队式管理",
        "一师一优课",
        "睦洲镇南安村五大队3号",
        "月薪8000-10000",
    ],
)
def test_ordinary_words_pass(text: str) -> None:
    assert not is_refused(text)


def test_span_covers_the_disguise_in_the_original() -> None:
    text = "原７3-①二1部 隊，会开车"
    assert [text[start:end] for start, end in find_unit_names(text)] == ["７3-①二1部 隊"]


def test_text_shown_right_to_left_is_read_as_shown() -> None:
    text = "原\u202e队部12137\u202c退役"
    (start, end) = next(find_unit_names(text))
    assert "12137" in text[start:end]


@pytest.mark.parametrize(
    "text", ["武警某支队二大队", "导弹快艇第三大队", "原五大队服役", "中国海警某局直属二大队"]
)
def test_armed_brigades_are_refused_though_villages_have_them(text: str) -> None:
    assert is_refused(text)
