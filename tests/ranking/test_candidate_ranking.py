"""People for a position: who agreed, who looks for work, who fits; fresh from the database."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.actions import give_consent, withdraw_consent
from portal.accounts.enums import ConsentPurpose
from portal.accounts.roles import StationRole
from portal.core.reference import load_reference
from portal.employers import verification as employers
from portal.ranking import ranking_index
from portal.ranking.candidate_ranking import rank_candidates
from portal.veterans import actions as veterans
from portal.veterans.enums import EmploymentStatus
from portal.veterans.models import Veteran
from tests.factories import make_position, make_staff, make_user, make_veteran

pytestmark = pytest.mark.django_db


def agreeing(**changes: Any) -> Any:
    """A driver who agreed to matching."""
    account = make_user()
    values: dict[str, Any] = {
        "specialties": ("driver",),
        "certificates": ("driving_a2",),
        "account": account,
    } | changes
    veteran = make_veteran(**values)
    give_consent(user=account, purpose=ConsentPurpose.MATCHING, wording="用于岗位推荐", by=account)
    return veteran


@pytest.fixture
def lorry() -> Any:
    load_reference()
    return make_position(certificates=["driving_b2"])


def result(position: Any, **options: Any) -> Any:
    return rank_candidates(position, among=Veteran.objects.all(), **options)


def rebuilt() -> None:
    ranking_index.rebuild()
    ranking_index.rebuild_people()


def test_the_best_come_first_with_reasons(lorry: Any) -> None:
    cook = agreeing(specialties=("cook",))
    driver = agreeing()
    agreeing(certificates=())
    rebuilt()
    page = result(lorry)
    assert [c.veteran for c in page.items] == [driver, cook]
    assert page.items[0].match.score > page.items[1].match.score
    assert any("驾" in reason.text for reason in page.items[0].match.reasons)
    assert (page.total, page.considered, page.excluded) == (2, 3, {"缺少必需证书": 1})


def test_only_those_who_agreed_and_look_for_work(lorry: Any) -> None:
    agreeing(employment_status=EmploymentStatus.EMPLOYED)
    make_veteran(specialties=("driver",), certificates=("driving_a2",), account=make_user())
    make_veteran(specialties=("driver",), certificates=("driving_a2",))
    rebuilt()
    assert result(lorry).items == ()
    assert result(lorry).considered == 0


def test_a_withdrawn_consent_hides_at_once(lorry: Any) -> None:
    driver = agreeing()
    rebuilt()
    assert [c.veteran for c in result(lorry).items] == [driver]
    withdraw_consent(consent=driver.account.consents.get(), by=driver.account)
    assert result(lorry).items == ()


def test_people_changed_since_are_asked_as_they_are_now(lorry: Any) -> None:
    driver, cook = agreeing(), agreeing(specialties=("cook",))
    rebuilt()
    newcomer = agreeing()
    veterans.set_certificates(veteran=driver, by=driver.account, kinds=[])
    assert [c.veteran for c in result(lorry).items] == [newcomer, cook]
    assert result(lorry).excluded == {"缺少必需证书": 1}
    assert result(lorry).considered == 3


def test_a_position_that_is_not_open_has_nobody(lorry: Any) -> None:
    agreeing()
    rebuilt()
    assert result(lorry).total == 1
    employers.suspend(
        employer=lorry.employer, by=make_staff(lorry.employer.station, StationRole.REVIEWER), reason="测试"
    )
    assert result(lorry).items == ()


def test_pages_do_not_overlap_and_ask_as_many_queries(lorry: Any) -> None:
    everyone = [agreeing() for _ in range(3)]
    rebuilt()
    pages = [result(lorry, limit=1, offset=at).items[0].veteran for at in range(3)]
    assert sorted(v.pk for v in pages) == [v.pk for v in everyone]

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            result(lorry, now=timezone.now())
        return len(captured)

    few = queries()
    for _ in range(5):
        agreeing()
    rebuilt()
    assert queries() == few


def test_among_limits_to_the_files_a_clerk_may_see(lorry: Any) -> None:
    mine, _ = agreeing(), agreeing()
    rebuilt()
    page = rank_candidates(lorry, among=Veteran.objects.filter(pk=mine.pk))
    assert [c.veteran for c in page.items] == [mine]
    assert page.considered == 1


def test_many_changes_are_merged(lorry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = agreeing()
    rebuilt()
    monkeypatch.setattr(ranking_index, "MAX_PENDING_PEOPLE", 1)
    store = ranking_index.people_store()
    people = store.current()
    assert people is not None
    before = people.read_at
    ranking_index.rebuild_if_stale()
    people = store.current()
    assert people is not None
    assert people.read_at == before
    newcomers = [agreeing(), agreeing()]
    ranking_index.rebuild_if_stale()
    people = store.current()
    assert people is not None
    assert people.read_at > before
    assert set(people.facts.id.tolist()) >= {driver.pk, *(v.pk for v in newcomers)}

    monkeypatch.setattr(ranking_index, "MAX_PENDING_POSITIONS", 0)
    ranking_index.refresh([lorry.pk])
    assert ranking_index.store().pending == 1
    ranking_index.rebuild_if_stale()
    assert ranking_index.store().pending == 0


def test_without_an_index_there_is_nobody(lorry: Any) -> None:
    agreeing()
    assert result(lorry).items == ()
    ranking_index.rebuild()
    assert result(lorry).items == ()
    ranking_index.rebuild_people()
    assert result(lorry).total == 1
