"""Words: the fast engine against the definition, synonyms, inner words, denials, what must not be ranked."""

import gzip
import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from matching.knowledge import occupations, specialties
from matching.tokens import (
    PythonEngine,
    RustEngine,
    canonical,
    dictionary,
    normalize,
    terms,
    tokenize,
    unranked,
)

POSTINGS = Path(__file__).parents[3] / "shared" / "data" / "postings_real.jsonl.gz"
SAMPLES = [
    "江门市远航物流有限公司急聘A2货车司机5名，月薪8000-12000元，包吃住，持A2驾照及道路运输从业资格证",
    "叉车司机（N1证）：负责仓库装卸，持叉车证N1，身体健康，能上夜班；联系电话138****5678",
    "CNC操作工/数控车工，熟悉FANUC系统，会用CAD、PLC者优先，8小时制+加班费1.5倍，五险一金",
    "雷达设备维护工程师:负责气象雷达、5G基站的巡检与故障处理，本科及以上学历，3年以上经验。",
    "岗位职责：1.负责厂区低压配电柜的运行维护；2.处理电气故障，填写《值班记录》；3、完成C++/C#上位机联调",
    "退役军人优先，同等条件下优先录用；男女不限，学历不限，不要求叉车证，无需经验，公司提供免费培训",
    "炊事员：团餐与应急保障，大锅菜、面点制作，需持健康证。工作地点：新会区会城街道，近江门站 100% 落实",
    "Ｅｘｃｅｌ　ＷＰＳ熟练，普通话水平测试等级证书，Java/Python/SQL，OA-ERP v2.0 node.js",
]


@pytest.fixture(scope="module")
def engines() -> Any:
    return RustEngine(), PythonEngine()


def test_engines_segment_sample_texts_alike(engines: Any) -> None:
    rust, python = engines
    for text in map(normalize, SAMPLES):
        assert list(rust.segment(text)) == list(python.segment(text))


@pytest.mark.slow
@pytest.mark.must("matching.3")
def test_engines_segment_real_postings_alike(engines: Any) -> None:
    """Compare the engines on the shared postings; one in a thousand may differ, at equal probabilities."""
    assert POSTINGS.exists(), "needs ../shared/data"
    rust, python = engines
    with gzip.open(POSTINGS, "rt", encoding="utf-8") as file:
        texts = [normalize(json.loads(line)["text"]) for line in islice(file, 0, 24_000, 12)]
    different = [text for text in texts if list(rust.segment(text)) != list(python.segment(text))]
    assert len(texts) == 2000
    assert len(different) <= 2, different


def test_engines_segment_occupations_and_specialties_alike(engines: Any) -> None:
    rust, python = engines
    texts = [f"{o.name}：{o.tasks}" for o in list(occupations().values())[::7]]
    texts += ["，".join((s.name, *s.civilian_occupations, *s.skills)) for s in specialties().values()]
    for text in map(normalize, texts):
        assert list(rust.segment(text)) == list(python.segment(text))


def test_engines_segment_the_dictionary_alike(engines: Any) -> None:
    rust, python = engines
    for word in dictionary():
        assert list(rust.segment(word)) == list(python.segment(word))
        assert rust.parts[word] == python.parts[word]


def test_dictionary_is_large_and_its_synonyms_end_in_one_form() -> None:
    words = dictionary()
    assert len(words) >= 1500
    for entry in words.values():
        assert entry.category
        assert canonical(entry.canonical) == entry.canonical, f"{entry.word} leads to a form that leads on"


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        ("货运司机", "货车驾驶员", "货车司机"),
        ("持A2证", "机动车驾驶证Ａ２", "a2驾照"),
        ("电工证", "低压电工证", "低压电工作业证"),
        ("秩序维护员", "保安", "保安员"),
    ],
)
def test_synonyms_meet_in_one_form(one: Any, other: Any, word: Any) -> None:
    assert word in tokenize(one)
    assert word in tokenize(other)


def test_a_long_word_gives_its_parts() -> None:
    assert {"货车司机", "货车", "司机"} <= set(tokenize("货车司机"))
    assert "压电" not in tokenize("低压电工作业证")


def test_tokens_keep_order_and_drop_stop_words_and_punctuation() -> None:
    assert tokenize("负责仓库的管理，及盘点。") == ["仓库", "管理", "盘点"]
    assert tokenize("") == []
    assert tokenize("　！…") == []


@pytest.mark.parametrize(
    "text",
    [
        "不要求叉车证",
        "叉车证不作要求",
        "无需叉车证",
        "不需要叉车证",
        "没有叉车证",
        "叉车证不限",
        "免考叉车证",
    ],
)
def test_a_denied_demand_is_no_word(text: Any) -> None:
    assert "叉车证n1" not in terms(text)
    assert "叉车证n1" in tokenize(text), "a search still finds it"


def test_a_denial_ends_with_its_clause() -> None:
    assert "低压电工作业证" in terms("不要求叉车证，需持电工证")
    assert "仓库" in terms("包括但不仅限于仓库管理")


@pytest.mark.parametrize(
    "text",
    [
        "退役军人优先",
        "限男性",
        "35周岁以下",
        "已婚已育",
        "汉族",
        "本地户口",
        "中共党员",
        "二级上士",
        "残疾人",
        "列兵",
    ],
)
def test_who_a_person_is_carries_no_weight(text: Any) -> None:
    assert terms(text) == []


def test_unranked_words_are_canonical() -> None:
    assert "退役军人优先" in unranked()
    assert "党员优先" in unranked()
