"""Signing in: codes for everybody, password and second factor for staff, and what guessing leads to."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal.accounts.enums import FactorKind
from portal.accounts.models import DEMO_DEVICE, OneTimeCode, User
from portal.accounts.second_factor import permit_enrolment
from portal.accounts.senders import MemorySender
from tests.factories import make_phone, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "desk-password-2026"


def _send(client: Any, phone: Any, **extra: Any) -> Any:
    return client.post(reverse("public:sign-in"), {"phone": phone, **extra}, follow=True)


@pytest.fixture
def ask_code(client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    """Ask for a code and read it off the test sender."""

    def ask(phone: Any, **extra: Any) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            _send(client, phone, **extra)
        return next(code for to, code in reversed(MemorySender.outbox) if to == phone)

    return ask


def test_first_correct_code_creates_account_and_leads_to_record(client: Client, ask_code: Any) -> None:
    phone = make_phone()
    code = ask_code(phone)
    response = client.post(reverse("public:sign-in-code"), {"code": code}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("veteran:record-open")
    assert User.objects.get_by_natural_key(phone).is_active


def test_a_code_works_once(client: Client, ask_code: Any) -> None:
    phone = make_phone()
    code = ask_code(phone)
    client.post(reverse("public:sign-in-code"), {"code": code})
    assert OneTimeCode.objects.get().used_at is not None
    _send(client, phone)  # back on the page of the code, within the minute
    client.post(reverse("public:sign-out"))
    client.post(reverse("public:sign-in-code"), {"code": code})
    assert "_auth_user_id" not in client.session


def test_code_is_void_after_five_wrong_attempts(client: Client, ask_code: Any) -> None:
    phone = make_phone()
    code = ask_code(phone)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert "不对" in client.post(reverse("public:sign-in-code"), {"code": wrong}).content.decode()
    client.post(reverse("public:sign-in-code"), {"code": code})
    assert not User.objects.exists()


@pytest.mark.parametrize(("phone", "message"), [("123", "11位手机号码"), ("", "请填写")])
def test_invalid_phone_keeps_input_and_shows_error(client: Client, phone: Any, message: Any) -> None:
    html = client.post(reverse("public:sign-in"), {"phone": phone}).content.decode()
    assert message in html
    assert f'value="{phone}"' in html or not phone


def test_next_redirects_within_the_site_only(client: Client, ask_code: Any) -> None:
    code = ask_code(make_phone(), next="https://evil.example/")
    response = client.post(reverse("public:sign-in-code"), {"code": code, "next": "https://evil.example/"})
    assert response.headers["Location"] == reverse("public:landing")


def test_code_page_without_phone_redirects_to_sign_in(client: Client) -> None:
    assert client.get(reverse("public:sign-in-code")).headers["Location"] == reverse("public:sign-in")


@pytest.fixture
def clerk(db: None) -> Any:
    return make_staff(make_stations()["睦洲镇"], password=PASSWORD)


def _password(client: Any, user: Any, password: Any = PASSWORD) -> Any:
    return client.post(
        reverse("public:sign-in-staff"), {"phone": user.phone, "password": password}, follow=True
    )


def test_staff_set_up_device_and_verify_with_it(client: Client, clerk: Any) -> None:
    permit_enrolment(user=clerk, kind=FactorKind.APP, by=None)
    assert _password(client, clerk).redirect_chain[-1][0] == reverse("public:second-factor-setup")
    assert client.get(reverse("staff:day")).status_code == 302
    device = TOTPDevice.objects.get(user=clerk)
    assert not device.confirmed
    html = client.post(reverse("public:second-factor-setup"), {"token": "000000"}).content.decode()
    assert "不对" in html
    token = f"{totp(device.bin_key):06d}"
    client.post(reverse("public:second-factor-setup"), {"token": token})
    assert client.get(reverse("staff:day")).status_code == 200
    client.post(reverse("public:sign-out"))
    TOTPDevice.objects.update(last_t=-1)
    assert _password(client, clerk).redirect_chain[-1][0] == reverse("public:second-factor")
    client.post(reverse("public:second-factor"), {"token": f"{totp(device.bin_key):06d}"})
    assert client.get(reverse("staff:day")).status_code == 200


def test_only_demo_device_shows_its_code(client: Client, clerk: Any, settings: Settings) -> None:
    device = TOTPDevice.objects.create(user=clerk, name=DEMO_DEVICE, confirmed=True)
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    html = client.get(reverse("public:second-factor")).content.decode()
    assert re.search(r"\b\d{6}\b</strong>", html)
    settings.DEMO = False
    assert "当前动态验证码" not in client.get(reverse("public:second-factor")).content.decode()
    assert device.confirmed


def test_sign_out_refuses_get(client: Client) -> None:
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("public:sign-out")).status_code == 405
    client.post(reverse("public:sign-out"))
    assert "_auth_user_id" not in client.session
