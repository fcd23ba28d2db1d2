"""Hard facts against a slow, plain reading of the same rules, and each rule by itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Index
from matching.facts import KINDS, region_range
from matching.knowledge import specialties, with_covered
from tests.matching.making import NOW, posting, profile

HOME = (22.43, 113.00)  # 江门 as a rough point


def passes(p: Any, person: Any) -> Any:
    """The rules of DOMAIN.md read out loud, one at a time; the names of those that fail."""
    failed = set()

    def meets(code: Any, wish: Any) -> Any:
        return code.startswith(wish) or wish.startswith(code)

    if person.regions and not any(meets(p.region, wish) for wish in person.regions):
        failed.add("region")
    if person.home and person.max_distance_km is not None and p.location:
        (a, b), (c, d) = (map(radians, point) for point in (person.home, p.location))
        half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
        if 2 * 6371.0088 * asin(sqrt(half)) > person.max_distance_km:
            failed.add("distance")
    if person.lowest_pay is not None and 0 < p.pay_to < person.lowest_pay:
        failed.add("pay")
    if p.education > person.education:
        failed.add("education")
    years = person.experience_years
    groups = {c[:7] for s in person.specialties for c in specialties()[s].occupation_codes}
    if p.occupation_code[:7] in groups:
        years += person.years_served
    if p.experience_years > years + 2:
        failed.add("experience")
    if not p.certificates <= with_covered(person.certificates):
        failed.add("certificate")
    if p.employer_id in person.blocked_employers:
        failed.add("employer")
    if p.shift_work and not person.accepts_shift:
        failed.add("shift")
    if p.travel and not person.accepts_travel:
        failed.add("travel")
    return failed


REGIONS = ["440703", "440704", "440705", "440705102", "440705102001", "440781", "310101"]
CERTIFICATES = ["driving_a1", "driving_a2", "driving_b1", "driving_c1", "forklift_n1", "electrician_low"]
codes = st.sets(st.sampled_from(CERTIFICATES), max_size=2).map(frozenset)
postings = st.builds(
    posting,
    occupation_code=st.sampled_from(["6-31-01-03", "4-02-02-02", "4-02-02-05", "4-03-02-01"]),
    region=st.sampled_from(REGIONS),
    location=st.none() | st.tuples(st.floats(22, 23), st.floats(112.5, 113.5)),
    pay_to=st.integers(3, 10).map(lambda n: n * 1000),
    pay_from=st.just(3000),
    education=st.integers(0, 4),
    experience_years=st.integers(0, 10),
    certificates=codes,
    employer_id=st.integers(1, 3),
    shift_work=st.booleans(),
    travel=st.booleans(),
)
people = st.builds(
    profile,
    specialties=st.sampled_from([(), ("driver",), ("cook",)]),
    years_served=st.integers(0, 12),
    certificates=codes,
    education=st.integers(0, 4),
    experience_years=st.integers(0, 5),
    regions=st.sets(st.sampled_from([*REGIONS, "44", "4407"]), max_size=2).map(frozenset),
    home=st.none() | st.just(HOME),
    max_distance_km=st.none() | st.integers(0, 80).map(float),
    lowest_pay=st.none() | st.integers(3, 9).map(lambda n: n * 1000),
    accepts_shift=st.booleans(),
    accepts_travel=st.booleans(),
    blocked_employers=st.sets(st.integers(1, 3), max_size=1).map(frozenset),
)


@given(st.lists(postings, min_size=1, max_size=15), people, st.sets(st.sampled_from(KINDS), max_size=3))
@settings(max_examples=150, deadline=None)
def test_filters_are_the_rules_read_out_loud(drafts: Any, person: Any, relax: Any) -> None:
    listed = [replace(p, id=i) for i, p in enumerate(drafts)]
    index = Index.build(listed)
    ranking = index.rank(person, k=50, now=NOW, relax=relax)
    failed = {p.id: passes(p, person) for p in listed}
    assert {m.id for m in ranking.matches} == {i for i, kinds in failed.items() if not kinds - relax}
    assert ranking.passing == len(ranking.matches)
    assert ranking.considered == len(listed)
    counts = {kind: sum(kind in kinds for kinds in failed.values()) for kind in KINDS if kind not in relax}
    assert ranking.excluded == {kind: n for kind, n in counts.items() if n}
    for p in listed:
        verdict = index.explain(person, p.id, NOW)
        assert {m.kind for m in verdict.missing} - {"years"} == failed[p.id]
        assert verdict.passes == (not failed[p.id])
    for match in ranking.matches:
        assert {m.kind for m in match.missing} - {"years"} == failed[match.id], "what was relaxed is told"


@pytest.mark.parametrize(
    ("opens", "expires", "is_open"),
    [(0, 1, True), (1, 2, False), (-2, 0, False), (-2, -1, False), (-1, 1, True)],
)
def test_open_means_from_opening_until_before_expiry(opens: Any, expires: Any, is_open: Any) -> None:
    moments: dict[str, Any] = {
        "opens_at": NOW + timedelta(minutes=opens),
        "expires_at": NOW + timedelta(minutes=expires),
    }
    index = Index.build([posting(1, **moments)])
    ranking = index.rank(profile(), now=NOW)
    assert [m.id for m in ranking.matches] == ([1] if is_open else [])
    assert ranking.considered == int(is_open)
    assert index.explain(profile(), 1, NOW).passes == is_open


def test_empty_wishes_exclude_nothing() -> None:
    far = posting(
        1, region="110101", location=(39.9, 116.4), pay_from=1, pay_to=1, shift_work=True, travel=True
    )
    assert len(Index.build([far]).rank(profile(home=HOME), now=NOW).matches) == 1


def test_a_city_accepts_its_towns_and_a_town_its_countys_positions() -> None:
    index = Index.build(
        [posting(1, region="440705"), posting(2, region="440705102001"), posting(3, region="440781")]
    )

    def result(*regions: Any) -> Any:
        return {m.id for m in index.rank(profile(regions=frozenset(regions)), now=NOW).matches}

    assert result("4407") == result("440700") == {1, 2, 3}
    assert result("440705") == {1, 2}
    assert result("440705103") == {1}, "a post known by county only may be in any of its towns"


@pytest.mark.parametrize("code", ["4", "44070", "44070x", "4407051020011"])
def test_a_malformed_region_is_refused(code: Any) -> None:
    with pytest.raises(ValueError, match="region"):
        region_range(code)


def test_times_need_a_timezone_and_kinds_must_exist() -> None:
    index = Index.build([posting(1)])
    with pytest.raises(ValueError, match="timezone"):
        index.rank(profile(), now=datetime(2026, 12, 1))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="kinds"):
        index.rank(profile(), now=NOW, relax={"age"})


def test_an_army_licence_counts_only_once_exchanged() -> None:
    index = Index.build([posting(1, "货车司机", certificates=frozenset({"driving_a2"}))])
    soldier = profile(specialties=("driver",), years_served=12)
    (lacking,) = index.explain(soldier, 1, NOW).missing
    assert lacking.kind == "certificate"
    assert "A2驾照" in lacking.text
    assert "换领" in lacking.text
    assert index.explain(replace(soldier, certificates=frozenset({"driving_a1"})), 1, NOW).passes is False
    assert index.explain(replace(soldier, certificates=frozenset({"driving_a2"})), 1, NOW).passes


def test_service_near_the_work_counts_as_experience() -> None:
    index = Index.build(
        [posting(1, occupation_code="4-02-02-02", experience_years=3), posting(2, experience_years=3)]
    )
    ranking = index.rank(profile(specialties=("driver",), years_served=12), now=NOW)
    assert [m.id for m in ranking.matches] == [1]
    assert ranking.matches[0].missing == ()
    assert any(r.kind == "experience" for r in ranking.matches[0].reasons)
    assert ranking.excluded == {"experience": 1}


def test_two_years_too_few_are_named_and_three_exclude() -> None:
    index = Index.build([posting(years, experience_years=years) for years in (1, 3, 4, 5)])
    ranking = index.rank(profile(experience_years=1.5), now=NOW)
    missing = {match.id: [(item.kind, item.text) for item in match.missing] for match in ranking.matches}
    assert missing[1] == []
    assert missing[3] == [("years", "要求 3 年相关经验，还差 1.5 年，可以先问一问单位")]
    assert set(missing) == {1, 3}
    assert ranking.excluded == {"experience": 2}
    assert not index.explain(profile(experience_years=1.5), 4, NOW).passes


def test_unknown_pay_excludes_nothing_and_is_no_reason() -> None:
    index = Index.build([posting(1, pay_from=0, pay_to=0), posting(2, pay_from=3000, pay_to=3500)])
    ranking = index.rank(profile(lowest_pay=4000), now=NOW)
    assert [match.id for match in ranking.matches] == [1]
    assert "pay" not in {reason.kind for reason in ranking.matches[0].reasons}


def test_a_public_position_warns_a_person_on_monthly_pension() -> None:
    index = Index.build([posting(1, public_sector=True), posting(2)])
    retired = profile(on_monthly_pension=True)
    warning = index.explain(retired, 1, NOW)
    assert warning.passes
    assert [m.kind for m in warning.missing] == ["pension"]
    assert index.explain(retired, 2, NOW).missing == ()
    assert index.explain(profile(), 1, NOW).missing == ()


@pytest.mark.parametrize(
    ("certainty", "beginning"), [(None, "符合期望工种"), (0.6, "符合期望工种"), (0.59, "接近期望工种")]
)
def test_doubtful_occupation_is_not_called_the_wished_one(certainty: float | None, beginning: str) -> None:
    index = Index.build([posting(1, occupation_certainty=certainty)])
    (match,) = index.rank(profile(), now=NOW).matches
    assert match.reasons[0].text.startswith(beginning)


def test_guess_stands_beside_the_others_that_the_title_makes_likely() -> None:
    person, scores = profile(wished_occupations=("4-02-02-02",)), []
    for certainty in (None, 0.3):
        row = posting(1, "安全员兼司机", occupation_code="4-02-02-01", occupation_certainty=certainty)
        scores.append(Index.build([row]).explain(person, 1, NOW).score)
    assert scores[0] != scores[1]
