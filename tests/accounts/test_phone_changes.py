"""Changing one's phone, phones that a carrier has given to somebody else, and signing in at a desk."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts.models import AccessLog, OneTimeCode, User
from portal.accounts.phone_changes import RECYCLED_AFTER, change_phone
from portal.accounts.senders import MemorySender
from portal.core.models import AuditEvent
from portal.veterans.desk_sign_in import issue_code_at_desk
from portal.veterans.models import Veteran
from tests.factories import make_phone, make_staff, make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db


@pytest.fixture
def code_for(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    """Post a form that sends codes; return the code that went to a phone."""

    def send(client: Client, url: str, data: dict[str, str], phone: str) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            client.post(url, data)
        return next(code for to, code in reversed(MemorySender.outbox) if to == phone)

    return send


@pytest.fixture
def sign_in(code_for: Any) -> Any:
    """Sign in by code; return the answer to the right code."""

    def enter(client: Client, phone: str) -> Any:
        code = code_for(client, reverse("public:sign-in"), {"phone": phone}, phone)
        return client.post(reverse("public:sign-in-code"), {"code": code})

    return enter


def user_of(client: Client) -> User | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


# --- recycled phones -------------------------------------------------------------------------------------
@pytest.fixture
def old_owner() -> User:
    """The person of a record who has not signed in for a long time."""
    user = make_user("陈建国", last_login=timezone.now() - RECYCLED_AFTER - timedelta(days=1))
    make_veteran(name="陈建国", account=user, id_last4="123X")
    return user


def test_new_owner_of_a_phone_begins_empty_and_the_old_account_is_kept(old_owner: User, sign_in: Any) -> None:
    client, phone = Client(), old_owner.phone
    assert sign_in(client, phone).headers["Location"] == reverse("public:sign-in-owner")
    assert user_of(client) is None
    client.post(reverse("public:sign-in-owner"), {"do": "new-owner"})
    new_user = user_of(client)
    assert new_user not in {None, old_owner}
    assert new_user is not None
    assert new_user.phone == phone
    assert not Veteran.objects.filter(account=new_user).exists()
    old_owner.refresh_from_db()
    assert old_owner.phone == ""
    assert old_owner.phone_hash != new_user.phone_hash
    assert AuditEvent.objects.get(verb="accounts.phone_recycled").target_id == str(old_owner.pk)
    assert "陈建国" not in client.get(reverse("veteran:home"), follow=True).content.decode()


@pytest.mark.parametrize(
    ("name", "last4", "is_let_in"),
    [
        ("陈建国", "123x", True),
        ("陈 建国", "１２３Ｘ", True),
        ("陈建国", "0000", False),
        ("李四", "123X", False),
    ],
)
def test_old_owner_proves_by_name_and_id(
    old_owner: User, sign_in: Any, name: str, last4: str, is_let_in: bool
) -> None:
    client = Client()
    sign_in(client, old_owner.phone)
    client.post(reverse("public:sign-in-owner"), {"name": name, "id_last4": last4})
    assert user_of(client) == (old_owner if is_let_in else None)


def test_guesses_of_the_old_owner_are_limited(old_owner: User, sign_in: Any) -> None:
    client = Client()
    sign_in(client, old_owner.phone)
    for _ in range(6):
        client.post(reverse("public:sign-in-owner"), {"name": "陈建国", "id_last4": "0000"})
    page = client.post(
        reverse("public:sign-in-owner"), {"name": "陈建国", "id_last4": "123X"}
    ).content.decode()
    assert "次数过多" in page
    assert user_of(client) is None


def test_nobody_is_asked_in_a_known_browser_or_soon_after_or_without_data(sign_in: Any) -> None:
    recent = make_user(last_login=timezone.now() - RECYCLED_AFTER + timedelta(days=1))
    make_veteran(account=recent)
    empty = make_user(last_login=timezone.now() - RECYCLED_AFTER * 2)
    own = make_user()
    make_veteran(account=own)
    client = Client()
    sign_in(client, own.phone)
    client.post(reverse("public:sign-out"))
    User.objects.filter(pk=own.pk).update(last_login=timezone.now() - RECYCLED_AFTER * 2)
    OneTimeCode.objects.all().delete()
    for browser, user in ((Client(), recent), (Client(), empty), (client, own)):
        sign_in(browser, user.phone)
        assert user_of(browser) == user


def test_owner_page_without_a_right_code_leads_to_the_sign_in(client: Client) -> None:
    assert client.get(reverse("public:sign-in-owner")).headers["Location"] == reverse("public:sign-in")


# --- one's own new phone ---------------------------------------------------------------------------------
def test_phone_is_changed_by_codes_to_both(sign_in: Any, code_for: Any) -> None:
    old, new = make_phone(), make_phone()
    here, elsewhere = Client(), Client()
    sign_in(here, old)
    OneTimeCode.objects.all().delete()
    sign_in(elsewhere, old)
    user = user_of(here)
    assert user is not None
    veteran = make_veteran(account=user)
    OneTimeCode.objects.all().delete()
    new_code = code_for(here, reverse("public:account-phone"), {"phone": new}, new)
    old_code = next(code for to, code in reversed(MemorySender.outbox) if to == old)
    wrong = ("1" if new_code[0] == "0" else "0") + new_code[1:]
    url = reverse("public:account-phone-codes")
    assert "验证码不对" in here.post(url, {"old_code": old_code, "new_code": wrong}).content.decode()
    here.post(url, {"new_code": new_code})  # the old phone's code was right
    user.refresh_from_db()
    veteran.refresh_from_db()
    assert (user.phone, veteran.phone) == (new, new)
    assert user_of(here) == user
    assert elsewhere.get(reverse("public:account")).status_code == 302
    assert AuditEvent.objects.filter(verb="accounts.phone_changed").count() == 1


def test_without_the_old_phones_code_nothing_changes(sign_in: Any, code_for: Any) -> None:
    client, old, new = Client(), make_phone(), make_phone()
    sign_in(client, old)
    OneTimeCode.objects.all().delete()
    code = code_for(client, reverse("public:account-phone"), {"phone": new}, new)
    client.post(reverse("public:account-phone-codes"), {"new_code": code})
    user = user_of(client)
    assert user is not None
    assert user.phone == old


def test_phone_of_another_account_is_refused() -> None:
    user, other = make_user(), make_user()
    with pytest.raises(ValidationError, match="已有账号"):
        change_phone(by=user, phone=other.phone)
    with pytest.raises(ValidationError, match="现在的手机号码"):
        change_phone(by=user, phone=user.phone)


# --- without a phone, at the desk ------------------------------------------------------------------------
@pytest.fixture
def clerk() -> User:
    return make_staff(make_stations()["睦洲镇"])


def test_person_without_phone_signs_in_at_the_desk_and_registers_one(
    clerk: User, client_for: Any, code_for: Any
) -> None:
    veteran, new = make_veteran(name="陈建国"), make_phone()
    page = client_for(clerk).post(reverse("staff:veteran-desk-code", args=[veteran.pk])).content.decode()
    assert AccessLog.objects.filter(actor=clerk, file_id=veteran.pk, reason="生成登录码").count() == 1
    code = page.partition('font-monospace">')[2][:10]
    kiosk = Client()
    assert "不对" in kiosk.post(reverse("public:sign-in-desk"), {"code": "0000000000"}).content.decode()
    kiosk.post(reverse("public:sign-in-desk"), {"code": f"{code[:5]} {code[5:]}"})
    veteran.refresh_from_db()
    user = user_of(kiosk)
    assert user == veteran.account
    assert user is not None
    assert not user.known_browsers.exists()
    assert kiosk.session.get_expiry_age() <= 30 * 60
    assert user.notifications.filter(text__contains="登录码").exists()
    assert kiosk.get(reverse("veteran:record")).status_code == 200

    other = Client()
    other.post(reverse("public:sign-in-desk"), {"code": code})
    assert user_of(other) is None

    new_code = code_for(kiosk, reverse("public:account-phone"), {"phone": new}, new)
    kiosk.post(reverse("public:account-phone-codes"), {"new_code": new_code})
    user.refresh_from_db()
    assert user.phone == new
    verbs = set(AuditEvent.objects.filter(target_id=str(user.pk)).values_list("verb", flat=True))
    assert {"accounts.desk_code_issued", "accounts.desk_code_used", "accounts.phone_changed"} <= verbs


def test_desk_code_expires_and_the_next_replaces_it(clerk: User) -> None:
    veteran = make_veteran(account=make_user())
    first = issue_code_at_desk(veteran=veteran, by=clerk)
    second = issue_code_at_desk(veteran=veteran, by=clerk)
    client = Client()
    client.post(reverse("public:sign-in-desk"), {"code": first})
    assert user_of(client) is None
    OneTimeCode.objects.update(expires_at=timezone.now())
    client.post(reverse("public:sign-in-desk"), {"code": second})
    assert user_of(client) is None


def test_desk_code_is_for_records_of_the_own_station_and_not_for_staff(clerk: User) -> None:
    far = make_veteran(station=make_stations()["蓬江区"])
    with pytest.raises(PermissionDenied):
        issue_code_at_desk(veteran=far, by=clerk)
    colleague = make_staff(make_stations()["睦洲镇"])
    with pytest.raises(ValidationError):
        issue_code_at_desk(veteran=make_veteran(account=colleague), by=clerk)
    with pytest.raises(ValidationError):
        issue_code_at_desk(veteran=make_veteran(account=clerk), by=clerk)


def test_guesses_of_desk_codes_are_limited(clerk: User) -> None:
    code = issue_code_at_desk(veteran=make_veteran(account=make_user()), by=clerk)
    for _ in range(20):
        Client().post(reverse("public:sign-in-desk"), {"code": "0123456789"})
    client = Client()
    assert "次数过多" in client.post(reverse("public:sign-in-desk"), {"code": code}).content.decode()
