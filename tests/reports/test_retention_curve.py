"""The curve of retention: a textbook's example by hand, and what a placement adds to it."""

import pytest

from portal.placements import actions
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement
from portal.reports.figures import FIGURES, intentions
from portal.reports.report_filter import ReportFilter
from portal.reports.retention_curve import (
    EmploymentSpell,
    employment_spells,
    estimate_at_milestones,
    estimate_retention_curve,
)

# Weeks in remission of 21 patients on 6-MP (Freireich and others 1963), the example of most textbooks.
RELAPSED = (6, 6, 6, 7, 10, 13, 16, 22, 23)
STILL = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
# Week -> at risk, and events there; the estimate by hand is the product of (1 - events / at risk).
BY_HAND = {6: (21, 3), 7: (17, 1), 10: (15, 1), 13: (12, 1), 16: (11, 1), 22: (7, 1), 23: (6, 1)}


def test_the_textbooks_example() -> None:
    observed = [EmploymentSpell(0, weeks, left=True) for weeks in RELAPSED]
    observed += [EmploymentSpell(0, weeks, left=False) for weeks in STILL]
    points = estimate_retention_curve(observed)
    share, expected = 1.0, {0: 1.0}
    for week, (at_risk, events) in BY_HAND.items():
        share *= 1 - events / at_risk
        expected[week] = share
    assert {point.days: point.share for point in points} == pytest.approx(expected)
    assert {point.days: point.at_risk for point in points if point.days} == {
        week: at_risk for week, (at_risk, _) in BY_HAND.items()
    }
    # As printed: 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448; 95 % at week 6 by log-log 0.620 to 0.952.
    assert [round(point.share, 3) for point in points] == [1, 0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]
    assert (round(points[1].low, 3), round(points[1].high, 3)) == (0.62, 0.952)


def test_nobody_and_nobody_who_left() -> None:
    assert estimate_retention_curve([]) == estimate_at_milestones([]) == []
    only = [EmploymentSpell(1, 40, left=False), EmploymentSpell(2, 10, left=False)]
    assert [(point.days, point.share) for point in estimate_retention_curve(only)] == [(0, 1.0)]
    told = estimate_at_milestones(only)
    assert [point.at_risk for point in told] == [1, 0, 0, 0]
    assert {point.share for point in told} == {1.0}


def test_everybody_left_has_no_interval_at_the_end() -> None:
    points = estimate_retention_curve([EmploymentSpell(1, 5, left=True), EmploymentSpell(2, 9, left=True)])
    assert [(point.days, point.share) for point in points] == [(0, 1.0), (5, 0.5), (9, 0.0)]
    assert points[-1].low is None


def test_who_is_in_post_is_known_so_until_the_last_step_and_not_until_today(walk, city) -> None:
    left = walk(("offer", 110), ("onboard", 100), ("leave", 60))
    kept = walk(("offer", 110), ("onboard", 100), ("retain_1m", 65))
    new = walk(("offer", 40), ("onboard", 30))
    walk(("offer", 40))
    found = {
        life.placement: (life.days, life.left) for life in employment_spells(intentions(city, ReportFilter()))
    }
    assert found == {left.pk: (40, True), kept.pk: (35, False), new.pk: (0, False)}


def test_who_was_never_in_post_is_in_no_curve(walk, operator, city) -> None:
    placement = walk(("offer", 110), ("onboard", 100))
    actions.correct(placement=placement, to_state=S.OFFERED, by=operator, reason="没有到岗")
    assert employment_spells(Placement.objects.all()) == []


def test_a_retention_step_that_was_taken_back_proves_no_day(walk, operator) -> None:
    placement = walk(("offer", 110), ("onboard", 100), ("retain_1m", 65))
    actions.correct(placement=placement, to_state=S.ONBOARDED, by=operator, reason="没有问到本人")
    (life,) = employment_spells(Placement.objects.all())
    assert (life.days, life.left) == (0, False)


def test_the_numbers_of_the_table_are_those_of_their_lists(walk, city) -> None:
    walk(("offer", 110), ("onboard", 100), ("leave", 60))
    walk(("offer", 110), ("onboard", 100), ("retain_1m", 65))
    for point in [
        *estimate_at_milestones(employment_spells(Placement.objects.all())),
        *estimate_retention_curve(employment_spells(Placement.objects.all())),
    ]:
        filters = ReportFilter(days=point.days)
        assert FIGURES["at_risk"].count(city, filters) == point.at_risk
        assert FIGURES["left_by"].count(city, filters) == point.left
