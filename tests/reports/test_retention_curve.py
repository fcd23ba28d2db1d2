"""Retention curve: the example of a textbook, and the spells of placements."""

import pytest

from portal.accounts.models import User
from portal.placements import actions
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement
from portal.reports.figures import FIGURES, intentions
from portal.reports.report_filter import ReportFilter
from portal.reports.report_scope import ReportScope
from portal.reports.retention_curve import (
    EmploymentSpell,
    employment_spells,
    estimate_at_milestones,
    estimate_retention_curve,
)
from tests.reports.conftest import Walk

# Weeks in remission of 21 patients on 6-MP (Freireich and others 1963), the example of most textbooks.
EVENT_WEEKS = (6, 6, 6, 7, 10, 13, 16, 22, 23)
CENSORED_WEEKS = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
# Week -> at risk, and events there; the estimate by hand is the product of (1 - events / at risk).
AT_RISK_AND_EVENTS = {6: (21, 3), 7: (17, 1), 10: (15, 1), 13: (12, 1), 16: (11, 1), 22: (7, 1), 23: (6, 1)}


def test_textbook_example() -> None:
    observed = [EmploymentSpell(0, weeks, left=True) for weeks in EVENT_WEEKS]
    observed += [EmploymentSpell(0, weeks, left=False) for weeks in CENSORED_WEEKS]
    points = estimate_retention_curve(observed)
    share, expected_shares = 1.0, {0: 1.0}
    for week, (at_risk, events) in AT_RISK_AND_EVENTS.items():
        share *= 1 - events / at_risk
        expected_shares[week] = share
    assert {point.days: point.share for point in points} == pytest.approx(expected_shares)
    assert {point.days: point.at_risk for point in points if point.days} == {
        week: at_risk for week, (at_risk, _) in AT_RISK_AND_EVENTS.items()
    }
    # As printed: 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448; 95 % at week 6 by log-log 0.620 to 0.952.
    assert [round(point.share, 3) for point in points] == [1, 0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]
    assert (points[1].low, points[1].high) == pytest.approx((0.62, 0.952), abs=0.0005)


def test_curve_without_spells_and_without_events() -> None:
    assert estimate_retention_curve([]) == estimate_at_milestones([]) == []
    only = [EmploymentSpell(1, 40, left=False), EmploymentSpell(2, 10, left=False)]
    assert [(point.days, point.share) for point in estimate_retention_curve(only)] == [(0, 1.0)]
    milestones = estimate_at_milestones(only)
    assert [point.at_risk for point in milestones] == [1, 0, 0, 0]
    assert {point.share for point in milestones} == {1.0}


def test_interval_is_undefined_when_everybody_left() -> None:
    points = estimate_retention_curve([EmploymentSpell(1, 5, left=True), EmploymentSpell(2, 9, left=True)])
    assert [(point.days, point.share) for point in points] == [(0, 1.0), (5, 0.5), (9, 0.0)]
    assert points[-1].low is None


def test_spell_is_censored_at_the_last_retention_step(walk: Walk, city: ReportScope) -> None:
    left = walk(("offer", 110), ("onboard", 100), ("leave", 60))
    retained = walk(("offer", 110), ("onboard", 100), ("retain_1m", 65))
    new = walk(("offer", 40), ("onboard", 30))
    walk(("offer", 40))
    spells = employment_spells(intentions(city, ReportFilter()))
    days = {spell.placement: (spell.days, spell.left) for spell in spells}
    assert days == {left.pk: (40, True), retained.pk: (35, False), new.pk: (0, False)}


def test_corrected_onboarding_has_no_spell(walk: Walk, operator: User, city: ReportScope) -> None:
    placement = walk(("offer", 110), ("onboard", 100))
    actions.correct(placement=placement, to_state=S.OFFERED, by=operator, reason="没有到岗")
    assert employment_spells(Placement.objects.all()) == []


def test_corrected_retention_step_does_not_extend_the_spell(walk: Walk, operator: User) -> None:
    placement = walk(("offer", 110), ("onboard", 100), ("retain_1m", 65))
    actions.correct(placement=placement, to_state=S.ONBOARDED, by=operator, reason="没有问到本人")
    (spell,) = employment_spells(Placement.objects.all())
    assert (spell.days, spell.left) == (0, False)


def test_numbers_at_risk_and_left_equal_their_rows(walk: Walk, city: ReportScope) -> None:
    walk(("offer", 110), ("onboard", 100), ("leave", 60))
    walk(("offer", 110), ("onboard", 100), ("retain_1m", 65))
    for point in [
        *estimate_at_milestones(employment_spells(Placement.objects.all())),
        *estimate_retention_curve(employment_spells(Placement.objects.all())),
    ]:
        filters = ReportFilter(days=point.days)
        assert FIGURES["at_risk"].count(city, filters) == point.at_risk
        assert FIGURES["left_by"].count(city, filters) == point.left
