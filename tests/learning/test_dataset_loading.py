"""Impressions joined with what followed them: the last look before an intention, by fair."""

import uuid
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from matching import Measures
from portal.accounts.actions import give_consent, withdraw_consent
from portal.accounts.enums import ConsentPurpose
from portal.learning import dataset_loading
from portal.learning.dataset import Dataset, split_by_fair
from portal.learning.enums import Outcome
from portal.placements import actions as placements
from portal.placements.models import Placement
from portal.ranking.enums import Surface
from portal.ranking.impression_log import ListEntry, build_impression
from portal.ranking.models import Impression
from tests.factories import (
    make_booth,
    make_fair,
    make_position,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = pytest.mark.django_db

FIGURES = Measures(0.3, 0.2, 0.1, 0.0, 0.0, 12.0, 8000, None, True, False, 1)


def person() -> Any:
    account = make_user()
    veteran = make_veteran(account=account)
    give_consent(user=account, purpose=ConsentPurpose.MATCHING, wording="告知", by=account)
    return veteran


def show(
    veteran: Any, positions: Any, *, at: Any, surface: Any = Surface.ME_POSITIONS, context: Any = None
) -> None:
    list_id = uuid.uuid4()
    Impression.objects.bulk_create(
        build_impression(
            surface,
            ListEntry(veteran.pk, position.pk, rank, FIGURES),
            list_id=list_id,
            at=at,
            day=timezone.localdate(at),
            context=context,
        )
        for rank, position in enumerate(positions, 1)
    )


@pytest.fixture
def world() -> Any:
    stations = make_stations()
    clerk = make_staff(stations["睦洲镇"])
    now = timezone.now()
    early = make_fair(title="早的", starts_at=now - timedelta(days=100), ends_at=now - timedelta(days=99))
    late_ = make_fair(title="晚的", starts_at=now - timedelta(days=2), ends_at=now + timedelta(hours=3))
    return clerk, early, late_, [make_position() for _ in range(3)], now


def test_an_intention_belongs_to_the_last_look_before_it(world: Any) -> None:
    clerk, _early, _late, rows, now = world
    veteran = person()
    show(veteran, rows, at=now - timedelta(days=70))
    show(veteran, rows, at=now - timedelta(days=20))
    show(veteran, rows[::-1], at=now - timedelta(days=5))
    placements.declare(veteran=veteran, position=rows[0], by=clerk)
    show(veteran, rows[:1], at=now + timedelta(days=1))
    data = dataset_loading.load_dataset()
    assert len(data) == 10
    assert data.level.tolist() == [0, 0, 0, 0, 0, 0, 0, 0, Outcome.CHOSEN, 0]
    assert data.rank.tolist() == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1]
    assert len(set(data.lists.tolist())) == 4
    Placement.objects.update(recorded_at=now + timedelta(days=70))  # longer ago than WITHIN
    assert not dataset_loading.load_dataset().level.any()


def test_groups_are_fairs_in_the_order_of_time(world: Any) -> None:
    _clerk, early, late_, rows, now = world
    veteran = person()
    show(veteran, rows[:1], at=now - timedelta(days=120))
    show(veteran, rows[:1], at=now - timedelta(days=50))
    show(veteran, rows[:1], at=now - timedelta(days=49), surface=Surface.ME_FAIR, context=early.pk)
    show(veteran, rows[:1], at=now + timedelta(days=2))
    show(veteran, rows[1:2], at=now, surface=Surface.COMPANY_PEOPLE)  # nobody's own choice
    data = dataset_loading.load_dataset()
    assert [data.groups[group] for group in data.group] == [
        early.title, late_.title, early.title, dataset_loading.AFTER_LAST_FAIR,
    ]  # fmt: skip
    assert data.in_rank_order.tolist() == [True, True, False, True]


def test_what_came_of_it_is_read_from_the_log(world: Any) -> None:
    clerk, _early, late_, rows, now = world
    make_booth(late_, rows[0])
    veteran = person()
    show(veteran, rows, at=now - timedelta(days=1))
    placement = placements.declare(veteran=veteran, position=rows[0], by=clerk, fair=late_)

    def level() -> Any:
        return Outcome(int(dataset_loading.load_dataset().level.max()))

    assert level() == Outcome.CHOSEN
    placement = placements.advance(placement=placement, step="interview", by=clerk)
    assert level() == Outcome.INTERVIEWED
    placement = placements.advance(placement=placement, step="decline_by_employer", by=clerk)
    assert level() == Outcome.INTERVIEWED  # it came so far
    placements.correct(placement=placement, to_state="intended", by=clerk, reason="记错了人")
    assert level() == Outcome.CHOSEN


@pytest.mark.parametrize(
    ("steps", "came"),
    [
        ([("declare", "intended"), ("lapse", "lapsed")], Outcome.CHOSEN),
        ([("declare", "intended"), ("offer", "offered"), ("onboard", "onboarded")], Outcome.ONBOARDED),
        ([("onboard", "onboarded"), ("retain_1m", "retained_1m"), ("leave", "left")], Outcome.ONBOARDED),
        ([("onboard", "onboarded"), ("retain_6m", "retained_6m"), ("leave", "left")], Outcome.RETAINED),
        ([("onboard", "onboarded"), ("correct", "interviewed")], Outcome.INTERVIEWED),
    ],
)
def test_how_far_a_placement_came(steps: Any, came: Any) -> None:
    assert dataset_loading.farthest_outcome(steps) == came


def test_who_withdrew_is_not_learnt_from(world: Any) -> None:
    _clerk, _early, _late, rows, now = world
    stays, goes = person(), person()
    for veteran in (stays, goes):
        show(veteran, rows, at=now)
    withdraw_consent(consent=goes.account.consents.get(), by=goes.account)
    assert set(dataset_loading.load_dataset().person.tolist()) == {stays.pk}


def test_as_many_queries_for_many_rows(world: Any, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    clerk, _early, _late, rows, now = world
    for count in (1, 6):
        for _ in range(count):
            veteran = person()
            show(veteran, rows, at=now - timedelta(days=1))
            placements.declare(veteran=veteran, position=rows[0], by=clerk)
        with django_assert_num_queries(5):
            data = dataset_loading.load_dataset()
    assert (data.level > 0).sum() == 7
    assert np.isnan(data.table[:, 7]).all()  # no wish about pay: unknown


def test_nothing_shown_is_an_empty_data_set(db: Any) -> None:
    data = dataset_loading.load_dataset()
    assert len(data) == 0
    assert data.groups == (dataset_loading.AFTER_LAST_FAIR,)


def test_fairs_to_come_do_not_move_the_cut() -> None:
    """Both parts have impressions, though the best share would be reached only with all of them."""
    count = 10
    group = np.repeat([0, 1], count // 2)
    data = Dataset(
        table=np.zeros((count, 1)), rank=np.arange(count), lists=np.arange(count), person=np.arange(count),
        group=group, level=np.ones(count, dtype=int), propensity=np.ones(count),
        in_rank_order=np.ones(count, dtype=bool), groups=("第一场", "第二场", "将来一场", "将来另一场"),
    )  # fmt: skip
    earlier, later = split_by_fair(data, 0.99)
    assert set(earlier.group) == {0}
    assert set(later.group) == {1}
