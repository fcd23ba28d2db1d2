"""Second factors: an operator's permission first, then a device; what a clerk without an app uses."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts.enums import FactorKind
from portal.accounts.models import FactorPermission, SmsDevice, User
from portal.accounts.roles import StationRole
from portal.accounts.second_factor import (
    PERMISSION_LASTS,
    enrol,
    match_device,
    open_permission,
    permit_enrolment,
    print_codes,
    reset_devices,
    unconfirmed_app,
)
from portal.accounts.senders import MemorySender
from portal.core.models import AuditEvent
from portal.web.shared import staff_sessions
from tests.factories import make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "desk-password-2026"
NEW_PASSWORD = "another-desk-2027"


@pytest.fixture
def clerk() -> User:
    return make_staff(make_stations()["睦洲镇"], password=PASSWORD)


@pytest.fixture
def operator() -> User:
    return make_staff(make_stations()["江门市"], StationRole.OPERATOR, name="周敏", password=PASSWORD)


def sign_in(client: Client, user: User, password: str = PASSWORD) -> Any:
    return client.post(
        reverse("public:sign-in-staff"), {"phone": user.phone, "password": password}, follow=True
    )


def is_inside(client: Client) -> bool:
    return bool(client.get(reverse("staff:day")).status_code == 200)


def verbs(target: User) -> list[str]:
    rows = AuditEvent.objects.filter(target_id=str(target.pk), verb__startswith="accounts.factor_")
    return list(rows.order_by("pk").values_list("verb", flat=True))


def test_without_permission_nobody_sets_up_a_device(client: Client, clerk: User) -> None:
    page = sign_in(client, clerk).content.decode()
    assert "二次验证尚未开通" in page
    client.post(reverse("public:second-factor-setup"), {"token": "123456"})
    assert not TOTPDevice.objects.exists()
    assert not is_inside(client)


def test_permission_is_good_once_and_each_step_is_an_event(
    client: Client, clerk: User, operator: User
) -> None:
    permission = permit_enrolment(user=clerk, kind=FactorKind.APP, by=operator)
    sign_in(client, clerk)
    client.get(reverse("public:second-factor-setup"))
    device = TOTPDevice.objects.get(user=clerk)
    client.post(reverse("public:second-factor-setup"), {"token": f"{totp(device.bin_key):06d}"})
    assert is_inside(client)
    assert open_permission(clerk) is None
    assert verbs(clerk) == ["accounts.factor_permitted", "accounts.factor_enrolled"]
    with pytest.raises(PermissionDenied):
        enrol(permission=permission, by=clerk, device=unconfirmed_app(clerk))


def test_permission_expires_and_belongs_to_one_person(clerk: User, operator: User) -> None:
    permission = permit_enrolment(user=clerk, kind=FactorKind.APP, by=operator)
    assert permission.expires_at - permission.created_at <= PERMISSION_LASTS + timedelta(seconds=1)
    other = make_staff(make_stations()["睦洲镇"])
    with pytest.raises(PermissionDenied):
        enrol(permission=permission, by=other, device=unconfirmed_app(other))
    FactorPermission.objects.update(expires_at=timezone.now())
    assert open_permission(clerk) is None
    with pytest.raises(PermissionDenied):
        enrol(permission=permission, by=clerk, device=unconfirmed_app(clerk))


def test_password_alone_replaces_no_device_while_a_permission_is_open(client: Client, clerk: User) -> None:
    device = TOTPDevice.objects.create(user=clerk, name="验证器", confirmed=True)
    permit_enrolment(user=clerk, kind=FactorKind.APP, by=None)
    sign_in(client, clerk)
    answer = client.get(reverse("public:second-factor-setup"))
    assert answer.headers["Location"] == reverse("public:second-factor")
    assert TOTPDevice.objects.get() == device


@pytest.mark.parametrize("role", [role for role in StationRole if role != StationRole.OPERATOR])
def test_only_operators_permit(clerk: User, role: StationRole) -> None:
    other = make_staff(make_stations()["睦洲镇"], role)
    for act in (
        lambda: permit_enrolment(user=clerk, kind=FactorKind.APP, by=other),
        lambda: print_codes(user=clerk, by=other),
        lambda: reset_devices(user=clerk, by=other),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert not verbs(clerk)


def test_operator_manages_neither_himself_nor_whoever_serves_above(operator: User) -> None:
    county = make_staff(make_stations()["新会区"], StationRole.OPERATOR)
    for by, user in ((operator, operator), (county, operator)):
        with pytest.raises(PermissionDenied):
            permit_enrolment(user=user, kind=FactorKind.APP, by=by)
    permit_enrolment(user=county, kind=FactorKind.APP, by=operator)


def test_text_messages_and_printed_codes_are_for_clerks_only(operator: User) -> None:
    head = make_staff(make_stations()["新会区"], StationRole.HEAD)
    with pytest.raises(ValidationError):
        permit_enrolment(user=head, kind=FactorKind.SMS, by=operator)
    with pytest.raises(ValidationError):
        print_codes(user=head, by=operator)


def test_clerk_uses_password_and_text_message(
    operator: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    clerk, client = make_staff(make_stations()["睦洲镇"]), Client()
    permit_enrolment(user=clerk, kind=FactorKind.SMS, by=operator)
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post(
        reverse("public:second-factor-setup"), {"new_password1": "short", "new_password2": "short"}
    )
    assert "10" in page.content.decode()  # the rule is named
    data = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    client.post(reverse("public:second-factor-setup"), data)
    assert is_inside(client)
    assert SmsDevice.objects.get().confirmed

    next_day = Client()
    clerk.refresh_from_db()
    sign_in(next_day, clerk, NEW_PASSWORD)
    assert not is_inside(next_day)
    with django_capture_on_commit_callbacks(execute=True):
        next_day.post(reverse("public:second-factor"), {"do": "send"})
    phone, code = MemorySender.outbox[-1]
    assert phone == clerk.phone
    next_day.post(reverse("public:second-factor"), {"token": "0" + code[:-1]})
    assert not is_inside(next_day)
    next_day.post(reverse("public:second-factor"), {"token": code})
    assert is_inside(next_day)


def test_two_text_messages_are_one_factor(
    client: Client, clerk: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    SmsDevice.objects.create(user=clerk, name="短信验证码", confirmed=True)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("public:sign-in"), {"phone": clerk.phone})
    client.post(reverse("public:sign-in-code"), {"code": MemorySender.outbox[-1][1]})
    before = len(MemorySender.outbox)
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(reverse("public:second-factor"), {"do": "send"}).content.decode()
    assert "请先" in page
    assert len(MemorySender.outbox) == before


def test_printed_code_works_once_and_is_stored_as_a_hash(client: Client, clerk: User, operator: User) -> None:
    codes = print_codes(user=clerk, by=operator)
    assert len(set(codes)) == 10
    hashes = list(StaticToken.objects.values_list("token", flat=True))
    assert not set(codes) & set(hashes)
    assert match_device(user=clerk, token=hashes[0]) is None
    sign_in(client, clerk)
    client.post(reverse("public:second-factor"), {"token": f"{codes[0][:4]} {codes[0][4:]}"})
    assert is_inside(client)
    assert match_device(user=clerk, token=codes[0]) is None
    assert print_codes(user=clerk, by=operator)
    assert match_device(user=clerk, token=codes[1]) is None


def test_reset_ends_devices_and_sessions(
    client: Client, clerk: User, operator: User, client_for: Any
) -> None:
    inside = client_for(clerk)
    assert is_inside(inside)
    permit_enrolment(user=clerk, kind=FactorKind.APP, by=operator)
    assert reset_devices(user=clerk, by=operator) == 1
    assert not is_inside(inside)
    assert "_auth_user_id" not in inside.session
    assert open_permission(clerk) is None
    assert verbs(clerk)[-1] == "accounts.factor_reset"


def test_operator_permits_prints_and_resets_on_the_page(clerk: User, operator: User, client_for: Any) -> None:
    desk = client_for(operator)
    url = reverse("staff:network-sign-in", args=[clerk.appointments.get().pk])
    assert (
        url
        in desk.get(reverse("staff:network-appointment", args=[clerk.appointments.get().pk])).content.decode()
    )
    desk.post(url, {"do": "permit-app"})
    assert "已准许设置" in desk.get(url).content.decode()
    page = desk.post(url, {"do": "print"}).content.decode()
    assert len(re.findall(r"<li>\d{8}</li>", page)) == 10
    assert "没用过" in desk.get(url).content.decode()
    desk.post(url, {"do": "reset"})
    assert "还没有" in desk.get(url).content.decode()
    head = make_staff(make_stations()["新会区"], StationRole.HEAD)
    head_url = reverse("staff:network-sign-in", args=[head.appointments.get().pk])
    assert "只供服务站工作人员" in desk.post(head_url, {"do": "permit-sms"}, follow=True).content.decode()


def test_command_permits_the_first_operator(operator: User) -> None:
    call_command("permit_second_factor", operator.phone)
    assert open_permission(operator) is not None
    call_command("permit_second_factor", operator.phone, reset=True)
    assert FactorPermission.objects.filter(user=operator).count() == 2
    with pytest.raises(CommandError):
        call_command("permit_second_factor", "13000000000")


def _verify(client: Client, clerk: User) -> None:
    codes = print_codes(user=clerk, by=None)
    sign_in(client, clerk)
    client.post(reverse("public:second-factor"), {"token": codes[0]})
    assert is_inside(client)


def test_staff_session_ends_when_idle_and_after_its_longest(
    client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _verify(client, clerk)
    assert client.session.get_expiry_age() <= staff_sessions.LONGEST.total_seconds()
    start = client.session["staff_seen"]
    idle = int(staff_sessions.IDLE.total_seconds())
    monkeypatch.setattr("portal.web.shared.staff_sessions.time.time", lambda: float(start + idle))
    assert is_inside(client)
    monkeypatch.setattr("portal.web.shared.staff_sessions.time.time", lambda: float(start + 2 * idle))
    assert is_inside(client)  # the request before has been noted
    monkeypatch.setattr("portal.web.shared.staff_sessions.time.time", lambda: float(start + 3 * idle + 1))
    answer = client.get(reverse("staff:day"))
    assert answer.headers["Location"].startswith(reverse("public:sign-in-staff"))
    assert "_auth_user_id" not in client.session


def test_password_is_changed_with_the_old_one_and_ends_other_sessions(clerk: User, client_for: Any) -> None:
    here, elsewhere = client_for(clerk), client_for(clerk)
    url = reverse("public:account-password")
    new = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert "现在的密码不对" in here.post(url, {"old_password": "wrong", **new}).content.decode()
    assert is_inside(elsewhere)
    here.post(url, {"old_password": PASSWORD, **new})
    clerk.refresh_from_db()
    assert clerk.check_password(NEW_PASSWORD)
    assert is_inside(here)
    assert not is_inside(elsewhere)
    assert AuditEvent.objects.filter(verb="accounts.password_changed").count() == 1


def test_guesses_of_the_old_password_are_limited(clerk: User, client_for: Any) -> None:
    here, url = client_for(clerk), reverse("public:account-password")
    new = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    for _ in range(5):
        here.post(url, {"old_password": "wrong", **new})
    assert "次数过多" in here.post(url, {"old_password": PASSWORD, **new}).content.decode()
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)


def test_sign_out_everywhere_leaves_this_browser(client_for: Any) -> None:
    person = make_user()
    here, elsewhere = client_for(person, second_factor=False), client_for(person, second_factor=False)
    assert elsewhere.get(reverse("public:account")).status_code == 200
    here.post(reverse("public:account-sign-out-everywhere"))
    assert here.get(reverse("public:account")).status_code == 200
    assert elsewhere.get(reverse("public:account")).status_code == 302


def test_account_page_needs_the_second_factor_of_staff(client: Client, clerk: User) -> None:
    sign_in(client, clerk)
    answer = client.get(reverse("public:account"))
    assert answer.headers["Location"].startswith(reverse("public:second-factor"))


def test_new_device_is_noticed_on_the_others_only(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    person, first, second = make_user(), Client(), Client()
    for client, agent in (
        (first, "Android Chrome"),
        (first, "Android Chrome"),
        (second, "Windows NT; Edg/120"),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("public:sign-in"), {"phone": person.phone})
        code = MemorySender.outbox[-1][1]
        client.post(reverse("public:sign-in-code"), {"code": code}, headers={"user-agent": agent})
    notification = person.notifications.get()
    assert "Windows，Edge" in notification.text
    page = second.get(reverse("public:account")).content.decode()
    assert "安卓，Chrome" in page
    assert page.count("（这台设备）") == 1
