"""Claims of records: matching by ID number and phone, decision of the station, and refusals."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.accounts.roles import StationRole
from portal.core.encryption import lookup_hash
from portal.core.models import AuditEvent
from portal.veterans import record_claims
from portal.veterans.enums import ClaimState
from portal.veterans.models import RecordClaim, Veteran
from tests.factories import make_id_number, make_staff, make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> str:
    return make_id_number()


@pytest.fixture
def person() -> Any:
    return make_user("新用户")


@pytest.fixture
def record(person: Any, number: str) -> Any:
    return make_veteran(
        name="陈建国",
        phone=person.phone,
        phone_hash=person.phone_hash,
        id_hash=lookup_hash(number),
        id_last4=number[-4:],
    )


@pytest.fixture
def clerk() -> Any:
    return make_staff(make_stations()["睦洲镇"])


def claim_record(by: Any, id_number: str) -> RecordClaim:
    """Claim the record of an ID number that has one."""
    claim = record_claims.claim_record(by=by, id_number=id_number)
    assert claim is not None
    return claim


def record_form(number: str) -> dict[str, str]:
    return {"name": "陈建国", "id_number": number, "living_region": "440705109", "consent": "on"}


def test_accepted_claim_links_the_account(person: Any, record: Any, number: str, clerk: Any) -> None:
    claim = claim_record(by=person, id_number=number.lower())
    assert claim == record_claims.claim_record(by=person, id_number=number)
    record_claims.decide_claim(claim=claim, by=clerk, accepted=True)
    veteran = Veteran.objects.get(pk=record.pk)
    assert veteran.account == person
    person.refresh_from_db()
    assert person.name == "陈建国"
    verbs = list(AuditEvent.objects.filter(verb__startswith="veterans.claim").values_list("verb", flat=True))
    assert sorted(verbs) == ["veterans.claim_accepted", "veterans.claimed"]
    with pytest.raises(ValidationError, match="处理过"):
        record_claims.decide_claim(claim=claim, by=clerk, accepted=True)


def test_refusal_needs_a_reason_and_leaves_the_record_unclaimed(
    person: Any, record: Any, number: str, clerk: Any
) -> None:
    claim = claim_record(by=person, id_number=number)
    with pytest.raises(ValidationError, match="原因"):
        record_claims.decide_claim(claim=claim, by=clerk, accepted=False)
    record_claims.decide_claim(claim=claim, by=clerk, accepted=False, reason="照片与本人不符")
    assert Veteran.objects.get(pk=record.pk).account is None
    assert record_claims.claim_record(by=person, id_number=number) != claim


def test_only_the_person_withdraws_a_claim(person: Any, record: Any, number: str) -> None:
    claim = claim_record(by=person, id_number=number)
    with pytest.raises(PermissionDenied):
        record_claims.withdraw_claim(claim=claim, by=make_user("别人"))
    assert record_claims.withdraw_claim(claim=claim, by=person).state == ClaimState.WITHDRAWN


@pytest.mark.parametrize("mismatch", ["another phone", "has an account", "closed"])
def test_every_mismatch_has_the_same_message_and_is_logged(
    record: Any, number: str, person: Any, mismatch: str
) -> None:
    if mismatch == "another phone":
        Veteran.objects.filter(pk=record.pk).update(phone_hash="x")
    elif mismatch == "has an account":
        Veteran.objects.filter(pk=record.pk).update(account=make_user("本人"))
    else:
        Veteran.objects.filter(pk=record.pk).update(closed_on="2026-01-01", close_reason="died")
    with pytest.raises(ValidationError) as error:
        record_claims.claim_record(by=person, id_number=number)
    assert error.value.messages == [record_claims.NOT_MATCHED]
    assert AccessLog.objects.get().kind == AccessKind.REFUSED
    assert not RecordClaim.objects.exists()


def test_failed_claims_are_limited_per_day(record: Any, number: str) -> None:
    stranger = make_user("陌生人")
    for _ in range(record_claims.MAX_FAILURES_PER_DAY):
        with pytest.raises(ValidationError, match="未能自动核对"):
            record_claims.claim_record(by=stranger, id_number=number)
    with pytest.raises(ValidationError, match="明天再试"):
        record_claims.claim_record(by=stranger, id_number=number)


def test_claim_of_a_number_without_record_returns_none(person: Any, number: str) -> None:
    assert record_claims.claim_record(by=person, id_number=number) is None


@pytest.mark.parametrize(("place", "role"), [("司前镇", "clerk"), ("南安村", "head"), ("新会区", "reviewer")])
def test_only_staff_of_the_record_decide(
    person: Any, record: Any, number: str, place: Any, role: Any
) -> None:
    claim = claim_record(by=person, id_number=number)
    staff = make_staff(make_stations()[place], StationRole(role))
    with pytest.raises(PermissionDenied):
        record_claims.decide_claim(claim=claim, by=staff, accepted=True)


def test_database_allows_one_pending_claim_per_record(person: Any, record: Any) -> None:
    RecordClaim.objects.create(veteran=record, user=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordClaim.objects.create(veteran=record, user=make_user("别人"))


def test_claim_is_made_and_accepted_on_the_pages(
    person: Any, record: Any, number: str, clerk: Any, client_for: Any
) -> None:
    own, desk = client_for(person), client_for(clerk)
    html = own.post(reverse("veteran:record-open"), record_form(number), follow=True).content.decode()
    assert "待服务站核对" in html
    assert own.get(reverse("veteran:record-open")).url == reverse("veteran:claim")
    claim = RecordClaim.objects.get()
    assert "陈建国" in desk.get(reverse("staff:claims")).content.decode()
    url = reverse("staff:claim", args=[claim.pk])
    assert "请填写不同意的原因" in desk.post(url, {"accepted": "no", "reason": ""}).content.decode()
    desk.post(url, {"accepted": "yes"})
    assert own.get(reverse("veteran:record")).status_code == 200
    assert own.get(reverse("veteran:claim")).url == reverse("veteran:record")
    assert "没有待核对的认领" in desk.get(reverse("staff:claims")).content.decode()


def test_refused_claim_keeps_the_input_and_reveals_nothing(record: Any, number: str, client_for: Any) -> None:
    stranger = client_for(make_user("陌生人"))
    html = stranger.post(reverse("veteran:record-open"), record_form(number)).content.decode()
    assert "未能自动核对" in html
    assert "睦洲镇退役军人服务站" not in html
    assert number in html


def test_query_count_of_the_claim_list_is_constant(clerk: Any, client_for: Any, same_queries: Any) -> None:
    desk = client_for(clerk)

    def add_claims() -> None:
        for _ in range(3):
            RecordClaim.objects.create(veteran=make_veteran(), user=make_user("某人"))

    add_claims()
    same_queries(lambda: desk.get(reverse("staff:claims")), add_claims)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_claim_pages_pass_the_visual_checks(
    person: Any, record: Any, clerk: Any, open_page: Any, sign_in: Any, look: Any, width: Any
) -> None:
    claim = RecordClaim.objects.create(veteran=record, user=person)
    for user, paths in (
        (person, [reverse("veteran:claim")]),
        (clerk, [reverse("staff:claims"), reverse("staff:claim", args=[claim.pk])]),
    ):
        window = open_page(width=width)
        sign_in(window, user)
        for path in paths:
            window.goto(path)
            look(window)


def test_account_with_a_record_is_linked_to_no_second_one(
    person: Any, record: Any, number: str, clerk: Any
) -> None:
    claim = claim_record(person, number)
    make_veteran(account=person)
    with pytest.raises(ValidationError, match="已经关联"):
        record_claims.decide_claim(claim=claim, by=clerk, accepted=True)
    claim.refresh_from_db()
    record.refresh_from_db()
    assert (claim.state, record.account) == (ClaimState.WAITING, None)
