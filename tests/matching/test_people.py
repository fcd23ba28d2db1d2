"""People for a posting: the same scores and facts as postings for a person, seen from the other side."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Index, People, PeopleStore
from matching.knowledge import certificates, specialties
from tests.harness.optional import require
from tests.matching.making import NOW, posting, profile

CODES = sorted(certificates())[:6]
PLACES = [None, (22.5, 113.0), (22.52, 113.1), (23.4, 113.3)]
REGIONS = ["440705", "440703", "4407", "440705102"]

postings = st.builds(
    lambda **values: values,
    title=st.sampled_from(["电工", "货车司机", "厨师", "仓库管理员 叉车", "焊工"]),
    occupation_code=st.sampled_from(["6-31-01-03", "4-02-02-01", ""]),
    region=st.sampled_from(REGIONS),
    location=st.sampled_from(PLACES),
    pay_to=st.integers(3000, 9000),
    education=st.integers(0, 4),
    experience_years=st.integers(0, 4),
    certificates=st.frozensets(st.sampled_from(CODES), max_size=2),
    employer_id=st.integers(1, 3),
    shift_work=st.booleans(),
    travel=st.booleans(),
)
profiles = st.builds(
    lambda **values: values,
    specialties=st.lists(st.sampled_from(sorted(specialties())[:8]), max_size=2).map(tuple),
    years_served=st.integers(0, 3),
    skills=st.sampled_from(["", "会开叉车", "电工 焊工", "做饭"]),
    wished_occupations=st.lists(st.sampled_from(["6-31-01-03", "4-02-02-01"]), max_size=2).map(tuple),
    certificates=st.frozensets(st.sampled_from(CODES), max_size=3),
    education=st.integers(0, 4),
    experience_years=st.integers(0, 3),
    regions=st.frozensets(st.sampled_from(REGIONS), max_size=2),
    home=st.sampled_from(PLACES),
    max_distance_km=st.sampled_from([None, 5.0, 30.0]),
    lowest_pay=st.sampled_from([None, 5000, 8000]),
    accepts_shift=st.booleans(),
    accepts_travel=st.booleans(),
    blocked_employers=st.frozensets(st.integers(1, 3), max_size=2),
)


@given(st.lists(postings, min_size=1, max_size=6), st.lists(profiles, min_size=1, max_size=12))
@settings(max_examples=80, deadline=None)
def test_both_directions_agree(positions: Any, persons: Any) -> None:
    index = Index.build(posting(i, **values) for i, values in enumerate(positions, 1))
    known_ids = {i: profile(id=i, **values) for i, values in enumerate(persons, 101)}
    people = People.build(known_ids.values(), index)
    assert len(people) == len(known_ids)
    for position in range(1, len(positions) + 1):
        result = people.rank(index, position, k=50)
        texts = dict(result.people)
        verdicts = {i: index.explain(p, position, NOW) for i, p in known_ids.items()}
        assert set(texts) == {i for i, v in verdicts.items() if v.passes}
        assert (result.considered, result.passing) == (len(known_ids), len(texts))
        for i, score in texts.items():
            assert score == pytest.approx(verdicts[i].score, abs=1e-6)
        assert list(result.people) == sorted(result.people, key=lambda one: (-one[1], one[0]))
        for kind, count in result.excluded.items():
            assert count == sum(kind in {m.kind for m in v.missing} for v in verdicts.values())


def test_among_limits_to_the_people_of_a_fair() -> None:
    index = Index.build([posting(1)])
    people = People.build([profile(id=i) for i in (5, 3, 9)], index)
    assert [i for i, _ in people.rank(index, 1, among=[9, 3, 77]).people] == [3, 9]
    assert people.rank(index, 1, among=[]).people == ()
    assert [i for i, _ in people.rank(index, 1, k=2).people] == [3, 5]


def test_a_posting_of_the_delta_finds_people_too(tmp_path: Path) -> None:
    from matching import IndexStore

    store = IndexStore(tmp_path)
    store.publish(Index.build([posting(1, "厨师", occupation="", occupation_code="")]))
    people = People.build([profile(id=4, wish_text="厨师")], require(store.current()))
    store.apply([posting(2, "厨师", occupation="", occupation_code="")])
    ((result, score),) = people.rank(require(store.current()), 2).people
    assert result == 4
    assert score > 0
    with pytest.raises(KeyError):
        people.rank(require(store.current()), 3)


def test_a_store_serves_the_latest_people(tmp_path: Path) -> None:
    index = Index.build([posting(1)])
    store, other = PeopleStore(tmp_path), PeopleStore(tmp_path)
    assert store.current() is None
    store.publish(People.build([], index))
    assert require(other.current()).rank(index, 1).people == ()
    store.publish(People.build([profile(id=8)], index, read_at=NOW))
    assert require(other.current()).read_at == NOW
    assert [i for i, _ in require(other.current()).rank(index, 1).people] == [8]
    (tmp_path / "g-00000002" / "facts.id.npy").write_bytes(b"half")
    assert len(require(PeopleStore(tmp_path).current())) == 0, (
        "the generation before serves when one is damaged"
    )


def test_a_closed_posting_is_the_callers_to_refuse() -> None:
    index = Index.build([posting(1, expires_at=NOW - timedelta(days=1))])
    people = People.build([profile(id=4)], index)
    assert [i for i, _ in people.rank(index, 1).people] == [4]
