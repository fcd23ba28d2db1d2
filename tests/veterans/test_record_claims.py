"""A file is claimed by ID number, phone and the station's yes; a refusal tells nobody who is on file."""

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
def file(person: Any, number: str) -> Any:
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


def opening(number: str) -> dict[str, str]:
    return {"name": "陈建国", "id_number": number, "living_region": "440705109", "consent": "on"}


def test_the_stations_yes_links_the_account(person: Any, file: Any, number: str, clerk: Any) -> None:
    claim = record_claims.claim_record(by=person, id_number=number.lower())
    assert claim == record_claims.claim_record(by=person, id_number=number)
    record_claims.decide_claim(claim=claim, by=clerk, accepted=True)
    linked = Veteran.objects.get(pk=file.pk)
    assert linked.account == person
    person.refresh_from_db()
    assert person.name == "陈建国"
    verbs = list(AuditEvent.objects.filter(verb__startswith="veterans.claim").values_list("verb", flat=True))
    assert sorted(verbs) == ["veterans.claim_accepted", "veterans.claimed"]
    with pytest.raises(ValidationError, match="处理过"):
        record_claims.decide_claim(claim=claim, by=clerk, accepted=True)


def test_a_no_needs_a_reason_and_leaves_the_file_free(
    person: Any, file: Any, number: str, clerk: Any
) -> None:
    claim = record_claims.claim_record(by=person, id_number=number)
    with pytest.raises(ValidationError, match="原因"):
        record_claims.decide_claim(claim=claim, by=clerk, accepted=False)
    record_claims.decide_claim(claim=claim, by=clerk, accepted=False, reason="照片与本人不符")
    assert Veteran.objects.get(pk=file.pk).account is None
    assert record_claims.claim_record(by=person, id_number=number) != claim


def test_the_person_may_take_it_back_and_nobody_else(person: Any, file: Any, number: str) -> None:
    claim = record_claims.claim_record(by=person, id_number=number)
    with pytest.raises(PermissionDenied):
        record_claims.withdraw_claim(claim=claim, by=make_user("别人"))
    assert record_claims.withdraw_claim(claim=claim, by=person).state == ClaimState.WITHDRAWN


@pytest.mark.parametrize("why", ["another phone", "has an account", "closed"])
def test_what_does_not_match_is_told_in_one_way_and_noted(
    file: Any, number: str, person: Any, why: Any
) -> None:
    if why == "another phone":
        Veteran.objects.filter(pk=file.pk).update(phone_hash="x")
    elif why == "has an account":
        Veteran.objects.filter(pk=file.pk).update(account=make_user("本人"))
    else:
        Veteran.objects.filter(pk=file.pk).update(closed_on="2026-01-01", close_reason="died")
    with pytest.raises(ValidationError) as refused:
        record_claims.claim_record(by=person, id_number=number)
    assert refused.value.messages == [record_claims.NOT_MATCHED]
    assert AccessLog.objects.get().kind == AccessKind.REFUSED
    assert not RecordClaim.objects.exists()


def test_five_tries_a_day_and_no_more(file: Any, number: str) -> None:
    stranger = make_user("陌生人")
    for _ in range(record_claims.MAX_FAILURES_PER_DAY):
        with pytest.raises(ValidationError, match="未能自动核对"):
            record_claims.claim_record(by=stranger, id_number=number)
    with pytest.raises(ValidationError, match="明天再试"):
        record_claims.claim_record(by=stranger, id_number=number)


def test_a_number_without_a_file_opens_one(person: Any, number: str) -> None:
    assert record_claims.claim_record(by=person, id_number=number) is None


@pytest.mark.parametrize(("place", "role"), [("司前镇", "clerk"), ("南安村", "head"), ("新会区", "reviewer")])
def test_only_the_files_stations_decide(person: Any, file: Any, number: str, place: Any, role: Any) -> None:
    claim = record_claims.claim_record(by=person, id_number=number)
    somebody = make_staff(make_stations()[place], StationRole(role))
    with pytest.raises(PermissionDenied):
        record_claims.decide_claim(claim=claim, by=somebody, accepted=True)


def test_the_database_keeps_one_waiting_claim_a_file(person: Any, file: Any) -> None:
    RecordClaim.objects.create(veteran=file, user=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordClaim.objects.create(veteran=file, user=make_user("别人"))


def test_the_way_through_the_pages(person: Any, file: Any, number: str, clerk: Any, client_for: Any) -> None:
    own, desk = client_for(person), client_for(clerk)
    html = own.post(reverse("veteran:record-open"), opening(number), follow=True).content.decode()
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


def test_a_strangers_try_keeps_the_typing_and_names_nobody(file: Any, number: str, client_for: Any) -> None:
    stranger = client_for(make_user("陌生人"))
    html = stranger.post(reverse("veteran:record-open"), opening(number)).content.decode()
    assert "未能自动核对" in html
    assert "睦洲镇退役军人服务站" not in html
    assert number in html


def test_the_list_costs_the_same_with_more_rows(clerk: Any, client_for: Any, same_queries: Any) -> None:
    desk = client_for(clerk)

    def more() -> None:
        for _ in range(3):
            RecordClaim.objects.create(veteran=make_veteran(), user=make_user("某人"))

    more()
    same_queries(lambda: desk.get(reverse("staff:claims")), more)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_look_right(
    person: Any, file: Any, clerk: Any, open_page: Any, sign_in: Any, look: Any, width: Any
) -> None:
    claim = RecordClaim.objects.create(veteran=file, user=person)
    for user, paths in (
        (person, [reverse("veteran:claim")]),
        (clerk, [reverse("staff:claims"), reverse("staff:claim", args=[claim.pk])]),
    ):
        window = open_page(width=width)
        sign_in(window, user)
        for path in paths:
            window.goto(path)
            look(window)
