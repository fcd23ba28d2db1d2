"""The demo data: numbers of rows, valid values, and lawful texts."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q
from django.utils import timezone

from cms.models import BasePage, JobFairPage, NewsPage, PolicyPage
from portal.core.certificates import CertificateKind
from portal.core.encryption import lookup_hash
from portal.core.models import Occupation, Region
from portal.core.reference import load_reference
from portal.core.validators import uscc_check_passes, validate_id_number, validate_no_unit_name
from portal.demo import logins
from portal.demo.content.invented_employers import invent_employers
from portal.demo.content.invented_people import PersonGenerator
from portal.demo.content.job_families import job_families
from portal.demo.content.places import place_rows, station_rows
from portal.demo.loading.employer_activity import IMPORTED_POSITIONS
from portal.demo.scale import SCALES
from portal.documents.models import Document
from portal.employers.models import Employer, EmployerMembership, HiddenRecord
from portal.fairs.models import Booth, CheckIn
from portal.follow_ups.enums import FollowUpKind
from portal.follow_ups.models import FollowUp
from portal.follow_ups.scheduling import needs_follow_up
from portal.learning import dataset_loading
from portal.learning.enums import Verdict
from portal.learning.models import LearningReport
from portal.notifications.enums import NotificationKind
from portal.notifications.models import Notification
from portal.placements.models import Placement, PlacementTransition
from portal.placements.workflow import TRANSITIONS
from portal.positions.models import Position
from portal.stations.models import Station
from portal.veterans.models import Veteran
from search.models import SavedSearch

FORBIDDEN_WORDS = re.compile(
    r"限男|限女|仅限男|只招男|只招女|男士优先|女士优先|未婚|已婚|汉族|乙肝|押金|保证金|服装费|培训贷|\d+\s*周?岁|1[3-9]\d{9}"
)


def _count(level: str) -> int:
    return sum(row["level"] == level for row in place_rows())


def test_city_has_real_numbers_of_places() -> None:
    assert (_count("county"), _count("town"), _count("village")) == (7, 73, 1_330)
    assert len(station_rows()) == 1_411
    assert len({row["code"] for row in place_rows()}) == len(place_rows())


def test_people_have_valid_and_unique_numbers() -> None:
    import datetime

    maker = PersonGenerator(
        random.Random(1),
        datetime.date(2026, 11, 23),
        {"driver": ("4-02-02-02",), "cook": ("4-03-02-01",)},
        ["x"],
    )
    people = [maker.make("440705") for _ in range(2_000)]
    assert len({p.id_number for p in people}) == len({p.phone for p in people}) == 2_000
    for person in people:
        validate_id_number(person.id_number)
        assert person.id_number[6:14] == f"{person.birth_date:%Y%m%d}"
        assert person.entered_on < person.left_on
        assert 17 <= (person.entered_on - person.birth_date).days / 365.25 <= 23
        assert set(person.certificates) <= set(CertificateKind.values)


def test_employers_have_unique_names_and_valid_codes() -> None:
    towns = [row for row in place_rows() if row["level"] == "town"]
    employers = invent_employers(SCALES["city"].employers, towns, random.Random(1))
    assert (
        len({employer.name for employer in employers})
        == len({employer.uscc for employer in employers})
        == 7_772
    )
    assert all(uscc_check_passes(employer.uscc) for employer in employers)


def test_job_families_are_lawful_and_name_no_unit() -> None:
    for job in job_families():
        text = "\n".join([*job.titles, *job.duties, *job.requirements])
        assert FORBIDDEN_WORDS.search(text) is None, job.occupation
        validate_no_unit_name(text)
        assert set(job.certificates) <= set(CertificateKind.values)
        assert job.pay[0] < job.pay[1]


@pytest.mark.django_db
def test_small_demo_is_complete_and_consistent(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], figure: Callable[[str], None]
) -> None:
    settings.DATA_DIR = tmp_path
    load_reference()
    call_command("demo", "--scale", "small")
    scale = SCALES["small"]
    assert JobFairPage.objects.live().count() == scale.fairs
    assert Employer.objects.count() == scale.employers
    assert Position.objects.count() == scale.positions + IMPORTED_POSITIONS
    assert Veteran.objects.count() == scale.veterans
    assert Veteran.objects.same_phone().count() >= 1
    assert Veteran.objects.same_person().count() >= 1
    assert Station.objects.count() == 1_411
    assert CheckIn.objects.exclude(registration=None).count() == scale.participants
    assert Placement.objects.count() == scale.intentions
    assert min(model.objects.count() for model in (BasePage, PolicyPage, NewsPage)) >= 8
    _check_employers()
    _check_station_tree()
    _check_occupations()
    _check_histories()
    _check_follow_ups()
    _check_notifications_about_new_positions()
    _check_learning_report(figure)
    assert logins.DRIVER.phone in (tmp_path / "demo_logins.txt").read_text(encoding="utf-8")
    call_command("demo", "--if-empty")
    with pytest.raises(CommandError, match="holds data already"):
        call_command("demo")


def _check_learning_report(figure: Callable[[str], None]) -> None:
    """The report finds the planted effect of nearness, and none in shuffled outcomes."""
    data = dataset_loading.load_dataset()
    assert len(data) > 3_000
    assert (data.level > 0).sum() > 0.6 * Placement.objects.count()  # most were shown before
    report = LearningReport.objects.get().figures
    (comparison,) = [row for row in report["comparisons"] if row["outcome"] == report["target"]]
    figure(
        f"demo: lift {comparison['ips']['lift']:+.1%}, at least {comparison['ips']['low']:+.1%},"
        f" shuffled 'better' in {report['controls']['found']} of 20"
    )
    assert report["verdict"] == Verdict.BETTER
    assert max(report["effects"], key=report["effects"].get) == "nearness"
    # Each has a chance of one in 40: four or more of 20 come about on one day in 800.
    assert report["controls"]["found"] <= 3


def _check_employers() -> None:
    employers = Employer.objects.all()
    assert employers.verified().count() >= 0.9 * employers.count()
    assert employers.verification_ending(timezone.localdate()).exists()
    assert employers.with_pending_change().count() == 2
    assert not employers.exclude(verified_at=None).filter(steps=None).exists()
    agencies = Position.objects.filter(employer__is_agency=True)
    assert agencies.exists()
    assert not agencies.filter(real_employer="").exists()
    assert Document.objects.count() > 2
    assert HiddenRecord.objects.in_force().exists()
    roles = EmployerMembership.objects.filter(employer=employers.earliest("pk")).values_list(
        "role", flat=True
    )
    assert sorted(roles) == ["owner", "recruiter"]


def _check_follow_ups() -> None:
    followed = [row for row in Placement.objects.all() if needs_follow_up(row)]
    assert len(followed) > 20
    assert not [row for row in followed if not row.follow_ups.pending().exists()]
    assert FollowUp.objects.filter(kind=FollowUpKind.AGAIN).exists()


def _check_notifications_about_new_positions() -> None:
    for login in (logins.DRIVER, logins.RADAR):
        saved_search = SavedSearch.objects.get(
            user__name=login.name, user__phone_hash=lookup_hash(login.phone)
        )
        notification = Notification.objects.get(user=saved_search.user, kind=NotificationKind.SEARCH)
        assert notification.read_at is None
        match = re.fullmatch(r"“(.+)”有 (\d+) 个新岗位：(.+?)等?。", notification.text)
        assert match is not None
        assert match[1] == saved_search.name
        fits = Position.objects.open_at().filter(pay_to__gte=6000)
        fits = fits.filter(region__code__startswith="440704") if login == logins.RADAR else fits
        titles = match[3].split("、")
        assert fits.filter(title__in=titles).values("title").distinct().count() == len(set(titles))


def _check_station_tree() -> None:
    assert Station.find_problems() == ([], [], [], [], [])
    assert Region.objects.filter(level="town", latitude=None, stations__isnull=False).count() == 0


def _check_occupations() -> None:
    # Groups 4, 5 and 6 of the classification: services, farming, making and transport.
    blue = Position.objects.filter(
        Q(occupation__code__startswith="4-") | Q(occupation__code__startswith="5-")
    )
    blue = blue | Position.objects.filter(occupation__code__startswith="6-")
    assert blue.count() / Position.objects.count() >= 0.7
    assert Occupation.objects.filter(positions__isnull=False).distinct().count() >= 40
    twins = Position.objects.values("title", "duties", "requirements").annotate(n=Count("pk")).filter(n__gt=1)
    assert sum(row["n"] - 1 for row in twins) / Position.objects.count() < 0.02


def _check_histories() -> None:
    for row in PlacementTransition.objects.exclude(step="declare"):
        assert TRANSITIONS.target(row.step, row.from_state) == row.to_state
    last = PlacementTransition.objects.filter(sequence=F("placement__sequence"))
    assert last.filter(to_state=F("placement__state")).count() == Placement.objects.count()
    assert not Placement.objects.exclude(booth__employer=F("position__employer")).exists()
    assert FollowUp.objects.filter(state="pending").exists()
    assert Booth.objects.confirmed().exists()
