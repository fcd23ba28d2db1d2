"""A search as an address: read without complaint, written in one way."""

from itertools import islice
from typing import Any

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from portal.core.enums import Education
from search import pinyin
from search.facets import Facet, page_facets
from search.params import DAYS, DISTANCES, SearchParams
from search.query import Kind, Sort
from search.spelling import _cost
from search.widening import _candidates, _steps

some = st.one_of(
    st.text(alphabet="电工0189+%-a\x00 ", max_size=12),
    st.sampled_from(["1", "5000", "440705", "home", "day", "position", "pay"]),
)
NAMES = [
    "q",
    "kind",
    "county",
    "near",
    "km",
    "low",
    "high",
    "education",
    "shift",
    "days",
    "sort",
    "page",
    "group",
]


def subset(values: Any) -> st.SearchStrategy:
    return st.sets(st.sampled_from(list(values)), max_size=3).map(
        lambda selection: tuple(value for value in values if value in selection)
    )


query_args = st.builds(
    SearchParams,
    q=st.sampled_from(["", "电工", "叉车 夜班"]),
    kind=st.sampled_from(Kind),
    region=st.sampled_from(["", "4407", "440705"]),
    near=st.sampled_from(["home", "440703"]),
    km=st.sampled_from(DISTANCES),
    low=st.sampled_from([0, 3000]),
    high=st.sampled_from([0, 8000]),
    education=st.sampled_from(["", *map(str, Education.values)]),
    choices=st.fixed_dictionaries({item.facet: subset(item.choices) for item in page_facets()}).map(
        lambda choices: {facet: values for facet, values in choices.items() if values}
    ),
    veterans=st.booleans(),
    days=st.sampled_from([0, *DAYS]),
    sort=st.sampled_from([None, *Sort]),
)


@given(st.dictionaries(st.sampled_from(NAMES), some))
def test_any_address_can_be_asked(text_said: dict[str, str]) -> None:
    query = QueryDict(mutable=True)
    query.update(text_said)
    result = SearchParams.read(query)
    result.query()
    assert SearchParams.parse(result.address()[1:]) == result


@given(query_args)
def test_what_is_written_is_read_back(one: SearchParams) -> None:
    assert SearchParams.parse(one.address()[1:]) == one


@given(query_args)
def test_each_chip_takes_one_part_away(one: SearchParams) -> None:
    parts = list(one.parts({}))
    for words, rest in parts:
        assert words
        assert len(list(rest.parts({}))) == len(parts) - 1
    assert bool(parts) == one.is_filtered


def test_widening_only_gives_up(db: Any) -> None:
    one = SearchParams(
        q="叉车 夜班", region="440705109", low=6000, choices={Facet.SHIFT: ("night",)}, days=3, education="1"
    )
    tries = list(islice(_candidates(one, list(_steps(one))), 40))
    assert [texts for texts, _ in tries[:4]] == [
        ("不限发布时间",),
        ("不限地区",),
        ("月薪降到 5,000 元起",),
        ("不限月薪",),
    ]
    texts, widest = tries[-1]
    assert len(texts) > 3
    assert not widest.is_filtered


@given(st.text(alphabet="电工叉车司机保安长重行会计abc1（）", max_size=12))
def test_every_reading_has_a_syllable_for_each_character(text: str) -> None:
    for reading in pinyin.readings(text):
        assert len(reading) == len(pinyin.spoken_characters(text)) == len(pinyin.initials(reading))


@given(st.text(alphabet="电工叉车司机保安员公", min_size=2, max_size=5), st.data())
def test_one_edit_is_one_mistake(word: str, data: Any) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    other = data.draw(st.sampled_from("电工叉车司"))
    for wrong in (
        word[:at] + other + word[at + 1 :],
        word[:at] + other + word[at:],
        word[:at] + word[at + 1 :],
    ):
        if wrong != word and len(wrong) > 1:
            assert _cost(wrong, word) is not None


def test_more_than_one_is_not() -> None:
    assert _cost("电工", "保安") is None
    assert _cost("叉车司机", "叉车维修") is None
    assert _cost("店公", "电工") is not None  # both wrong, the same sound
