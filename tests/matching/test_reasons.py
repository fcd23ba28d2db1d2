"""Reasons: shares add up, words a person understands."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Index
from matching.knowledge import certificates, occupations, specialties
from tests.matching.making import NOW, posting, profile

TITLES = [
    "货车司机",
    "叉车工",
    "维修电工",
    "焊工",
    "厨师",
    "仓库管理员",
    "保安员",
    "雷达维护员",
    "护理员",
    "无人机飞手",
]
CODES = ["4-02-02-02", "6-30-05-01", "6-31-01-03", "6-18-02-04", "4-03-02-01", "4-02-06-01", "4-07-05-01"]
some_text = st.lists(st.sampled_from(TITLES), max_size=3).map("，".join)
people = st.builds(
    profile,
    specialties=st.lists(st.sampled_from(sorted(specialties())), max_size=2).map(tuple),
    wished_occupations=st.lists(st.sampled_from(CODES), max_size=2).map(tuple),
    wish_text=some_text,
    skills=some_text,
    work_history=some_text,
    certificates=st.sets(st.sampled_from(sorted(certificates())), max_size=3).map(frozenset),
)
drafts = st.lists(
    st.tuples(st.sampled_from(TITLES), st.sampled_from(CODES), some_text, st.booleans()),
    min_size=1,
    max_size=8,
)


@given(people, drafts)
@settings(max_examples=150, deadline=None)
def test_shares_add_up_to_the_score(person: Any, rows: Any) -> None:
    index = Index.build(
        posting(i, t, occupation_code=c, requirements=r, certificates=frozenset({"forklift_n1"} if n else ()))
        for i, (t, c, r, n) in enumerate(rows)
    )
    for match in index.rank(person, now=NOW, relax={"certificate"}).matches:
        assert abs(sum(r.share for r in match.reasons) - match.score) < 1e-9
        assert 0 <= match.score <= 1 + 1e-6
        shares = [r.share for r in match.reasons if r.share and r.kind != "other"]
        assert shares == sorted(shares, reverse=True)
        for reason in match.reasons:
            assert reason.text
            assert "occ:" not in reason.text
            assert "cert:" not in reason.text


@pytest.mark.must("matching.6")
def test_shares_of_a_thousand_random_queries(figure: Any) -> None:
    """Profiles of every specialty, with and without wishes, skills and certificates, against one market."""
    rng = random.Random(20261201)
    every = [o for o in occupations().values() if o.level == 4 and o.tasks]
    jobs = rng.choices(every, k=400)
    index = Index.build(
        posting(
            i, o.name, occupation=o.name, occupation_code=rng.choice([o.code, ""]), duties=o.tasks,
            requirements=rng.choice(TITLES),
            certificates=frozenset(rng.sample(sorted(certificates()), rng.choice([0, 1]))),
        )
        for i, o in enumerate(jobs)
    )  # fmt: skip
    results, worst = 0, 0.0
    for id_ in range(1000):
        person = profile(
            id=id_,
            specialties=tuple(rng.sample(sorted(specialties()), rng.randint(0, 2))),
            wished_occupations=tuple(o.code for o in rng.sample(every, rng.randint(0, 2))),
            wish_text=rng.choice(["", *TITLES]),
            skills="，".join(rng.sample(TITLES, rng.randint(0, 3))),
            work_history=rng.choice(jobs).tasks if rng.random() < 0.5 else "",
            certificates=frozenset(rng.sample(sorted(certificates()), rng.randint(0, 3))),
        )
        for match in index.rank(person, now=NOW).matches:
            results += 1
            worst = max(worst, abs(sum(r.share for r in match.reasons) - match.score))
    assert worst <= 1e-6
    assert results > 15_000
    figure(f"{results:,} results, greatest difference {worst:.1e}")


def texts(person: Any, **changes: Any) -> Any:
    verdict = Index.build([posting(1, **changes), posting(2, "厨师")]).explain(person, 1, NOW)
    return [r.text for r in verdict.reasons]


DRIVING = {"title": "货车司机", "occupation": "道路货运汽车驾驶员", "occupation_code": "4-02-02-02"}


def test_a_wished_occupation_is_named() -> None:
    assert texts(profile())[0] == "符合期望工种：电工"
    near = texts(profile(wished_occupations=("6-31-01-02",)), title="机修钳工", occupation_code="6-31-01-10")
    assert near[0].startswith("接近期望工种：机修钳工")


def test_a_licence_that_is_asked_for_is_named_as_people_say_it() -> None:
    person = profile(wished_occupations=(), certificates=frozenset({"driving_a2"}))
    assert texts(person, **DRIVING, certificates=frozenset({"driving_a2"}))[0] == "持有A2驾照"
    covered_codes = texts(person, **DRIVING, certificates=frozenset({"driving_b2"}))[0]
    assert covered_codes == "持有A2驾照（含B2驾照准驾）"


def test_a_specialty_leads_to_civilian_work() -> None:
    person = profile(wished_occupations=(), specialties=("driver",))
    assert texts(person, **DRIVING)[0].startswith("汽车驾驶员 → ")


def test_skills_and_history_name_the_words_that_met() -> None:
    person = profile(wished_occupations=(), skills="叉车操作、盘点", work_history="三年仓库管理员")
    labels = texts(person, title="仓库管理员", duties="叉车操作，盘点")
    assert any(t.startswith("技能相符：") and "叉车操作" in t for t in labels)
    assert any(t.startswith("工作经历相符：") and "仓库管理员" in t for t in labels)


def test_facts_are_told_with_share_zero() -> None:
    person = profile(home=(22.43, 113.0), regions=frozenset({"440705"}), lowest_pay=5000)
    index = Index.build([posting(1, location=(22.484, 113.0))])
    facts = {r.kind: r for r in index.explain(person, 1, NOW).reasons if r.share == 0}
    assert facts["distance"].text == "距离住处 6 公里"
    assert facts["region"].text == "在意向地区"
    assert facts["pay"].text == "月薪 5000–7000 元，达到期望"


def test_small_parts_are_told_together() -> None:
    person = profile(specialties=("radar", "cook", "medic"), skills="盘点", wish_text="面点")
    index = Index.build([posting(1, duties="面点，盘点，电子设备维护，通信，消毒"), posting(2, "焊工")])
    reasons = index.explain(person, 1, NOW).reasons
    assert sum(r.kind == "other" for r in reasons) <= 1
    assert all(
        r.share >= 0.03 * sum(x.share for x in reasons) for r in reasons if r.share and r.kind != "other"
    )
