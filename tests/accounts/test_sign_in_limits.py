"""Limits of sign-in at the pages: whom they stop, and whom they leave alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal.accounts import guess_limits
from portal.accounts.guess_counts import caller_of, delete_expired_counts, limiter, today
from portal.accounts.guess_limits import ALARM_SENDS, LIMITS, Alarm
from portal.accounts.models import GuessCount, KnownBrowser, OneTimeCode, User
from portal.accounts.one_time_codes import check_code, send_code
from portal.accounts.senders import MemorySender
from portal.core.encryption import lookup_hash
from tests.factories import make_phone, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "desk-password-2026"


@pytest.fixture
def ask(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    """Ask for a code in a browser; return the code that was sent, None when nothing was."""

    def send(client: Client, phone: str, address: str = "192.0.2.1") -> str | None:
        before = len(MemorySender.outbox)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("public:sign-in"), {"phone": phone}, REMOTE_ADDR=address)
        return MemorySender.outbox[-1][1] if len(MemorySender.outbox) > before else None

    return send


def enter(client: Client, code: str, address: str = "192.0.2.1") -> bool:
    """Enter a code; return whether the browser is signed in."""
    client.post(reverse("public:sign-in-code"), {"code": code}, REMOTE_ADDR=address)
    return "_auth_user_id" in client.session


def wrong(code: str) -> str:
    return ("1" if code[0] == "0" else "0") + code[1:]


def test_code_is_good_only_in_the_browser_that_asked(ask: Any) -> None:
    phone, own, other = make_phone(), Client(), Client()
    code = ask(own, phone)
    ask(other, phone)
    assert not enter(other, code)
    assert enter(own, code)


def test_stranger_uses_up_neither_tries_nor_codes_of_a_known_browser(ask: Any) -> None:
    phone, own = make_phone(), Client()
    assert enter(own, ask(own, phone))
    own.post(reverse("public:sign-out"))
    for n in range(30):
        stranger, address = Client(), f"198.51.{n}.1"
        code = ask(stranger, phone, address)
        for _ in range(5):
            enter(stranger, wrong(code or "000000"), address)
    assert ask(Client(), phone, "203.0.113.1") is None  # the phone's budget for strangers is gone
    assert enter(own, ask(own, phone))


def test_stranger_does_not_delay_the_owners_code(ask: Any) -> None:
    phone = make_phone()
    assert ask(Client(), phone, "198.51.100.1")
    own = Client()
    assert enter(own, ask(own, phone))


def test_one_address_cannot_use_up_a_phone(ask: Any) -> None:
    phone = make_phone()
    for _ in range(12):
        client = Client()
        code = ask(client, phone, "198.51.100.1")
        for _ in range(5):
            enter(client, wrong(code or "000000"), "198.51.100.1")
    own = Client()
    assert enter(own, ask(own, phone))


def test_codes_that_are_entered_are_not_counted(ask: Any) -> None:
    phone, client = make_phone(), Client()
    for _ in range(LIMITS["known"].sends_day * 2):
        code = ask(client, phone)
        enter(client, wrong(code))
        assert enter(client, code)
        client.post(reverse("public:sign-out"))
        OneTimeCode.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    assert sum(GuessCount.objects.values_list("wrong", flat=True)) == 0
    assert sum(GuessCount.objects.values_list("sends", flat=True)) == 0


def test_codes_nobody_enters_are_limited_by_address_and_network(ask: Any) -> None:
    codes = [ask(Client(), make_phone(), "198.51.100.1") for _ in range(LIMITS["address"].sends_day + 1)]
    assert codes[-2] is not None
    assert codes[-1] is None
    assert ask(Client(), make_phone(), "198.51.100.2") is not None
    limiter.store.add([_caller("198.51.100.9").network], today(), sends=LIMITS["network"].sends_day)
    assert ask(Client(), make_phone(), "198.51.100.3") is None
    assert ask(Client(), make_phone(), "203.0.113.3") is not None


def _caller(address: str, phone: str = "13900000000") -> guess_limits.Caller:
    return caller_of(phone_hash=lookup_hash(phone), address=address, browser="b", is_known=False)


def test_codes_get_eight_digits_past_a_daily_number_and_six_in_a_known_browser(ask: Any) -> None:
    phone, own = make_phone(), Client()
    assert len(ask(own, phone)) == 6
    limiter.store.add(["total"], today(), wrong=guess_limits.ALARM_WRONG[Alarm.LONG_CODES])
    code = MemorySender.outbox[-1][1]
    assert enter(own, code)  # a short code that is under way is good for one try
    own.post(reverse("public:sign-out"))
    assert len(ask(own, phone)) == 6
    new = Client()
    other = make_phone()
    code = ask(new, other)
    assert len(code) == 8
    assert enter(new, f"{code[:4]} {code[4:]}")


def test_short_code_under_way_is_good_for_one_try_in_an_alarm(ask: Any) -> None:
    phone, client = make_phone(), Client()
    code = ask(client, phone)
    limiter.store.add(["total"], today(), sends=ALARM_SENDS[Alarm.LONG_CODES])
    assert not enter(client, wrong(code))
    assert not enter(client, code)


def test_second_request_within_the_minute_stays_on_the_code_page(ask: Any, client: Client) -> None:
    phone = make_phone()
    code = ask(client, phone)
    response = client.post(reverse("public:sign-in"), {"phone": phone, "next": "/me/"}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("public:sign-in-code") + "?next=%2Fme%2F"
    assert "秒后可以重新获取" in response.content.decode()
    assert enter(client, code, "127.0.0.1")


def _password(client: Client, phone: str, password: str, address: str = "192.0.2.1") -> str:
    data = {"phone": phone, "password": password}
    return client.post(reverse("public:sign-in-staff"), data, REMOTE_ADDR=address).content.decode()


def test_spellings_of_a_phone_share_one_budget() -> None:
    clerk = make_staff(make_stations()["睦洲镇"], password=PASSWORD)
    p = clerk.phone
    spellings = [p, f"+86 {p}", f"86{p}", f"{p[:3]}-{p[3:7]}-{p[7:]}", f" {p} ", f"{p[:3]} {p[3:]}"]
    for n in range(LIMITS["pair"].wrong_day):
        assert "手机号码或密码不对" in _password(Client(), spellings[n % len(spellings)], "wrong")
    for spelling in spellings:
        page = _password(Client(), spelling, PASSWORD)
        assert "次数过多" in page
        assert "value=" in page  # the typing is kept


def test_right_password_takes_its_own_wrong_ones_back(client: Client) -> None:
    clerk = make_staff(make_stations()["睦洲镇"], password=PASSWORD)
    for _ in range(3):
        for _ in range(3):
            _password(client, clerk.phone, "wrong")
        _password(client, clerk.phone, PASSWORD)
        assert "_auth_user_id" in client.session
        client.post(reverse("public:sign-out"))
    assert sum(GuessCount.objects.values_list("wrong", flat=True)) == 0


def test_behind_a_proxy_a_stranger_locks_himself_out_only(settings: Settings) -> None:
    settings.NINJA_NUM_PROXIES = 1
    clerk = make_staff(make_stations()["睦洲镇"], password=PASSWORD)
    data = {"phone": clerk.phone, "password": "wrong"}
    for n in range(30):
        headers = {"X-Forwarded-For": f"10.0.0.{n}, 198.51.100.1"}  # the first is the stranger's claim
        Client().post(reverse("public:sign-in-staff"), data, headers=headers, REMOTE_ADDR="10.9.9.9")
    own = Client()
    own.post(
        reverse("public:sign-in-staff"),
        {"phone": clerk.phone, "password": PASSWORD},
        headers={"X-Forwarded-For": "203.0.113.5"},
        REMOTE_ADDR="10.9.9.9",
    )
    assert "_auth_user_id" in own.session


def test_forged_browser_cookie_is_worth_nothing(ask: Any) -> None:
    phone, own = make_phone(), Client()
    assert enter(own, ask(own, phone))
    row = KnownBrowser.objects.get()
    forger = Client()
    forger.cookies["portal_browser"] = own.cookies["portal_browser"].value.partition(":")[0]
    ask(forger, make_phone())
    assert KnownBrowser.objects.get() == row
    assert OneTimeCode.objects.latest("pk").browser != OneTimeCode.objects.earliest("pk").browser


def test_staff_browser_is_known_only_after_the_second_factor(ask: Any, client: Client) -> None:
    clerk = make_staff(make_stations()["睦洲镇"], password=PASSWORD)
    _password(client, clerk.phone, PASSWORD)
    assert not KnownBrowser.objects.exists()
    person = Client()
    assert enter(person, ask(person, make_phone()))
    assert KnownBrowser.objects.get().user != clerk


def test_tables_hold_neither_phone_nor_address(ask: Any) -> None:
    phone, client = make_phone(), Client()
    enter(client, wrong(ask(client, phone, "198.51.100.77")), "198.51.100.77")
    text = str([list(model.objects.values()) for model in (GuessCount, OneTimeCode, KnownBrowser)])
    assert phone not in text
    assert "198.51.100" not in text


def test_scheduled_job_forgets_old_counts() -> None:
    for age in (0, guess_limits.MONTH_DAYS - 1, guess_limits.MONTH_DAYS):
        limiter.store.add(["key"], today() - timedelta(days=age), wrong=1)
    assert delete_expired_counts() == 1
    assert limiter.store.read(["key"], today())["key"].wrong_month == 2


def test_code_of_another_phone_is_refused() -> None:
    first, second = make_user(), make_user()
    caller = _caller("192.0.2.1", first.phone)
    send_code(phone=first.phone, caller=caller)
    assert not check_code(phone=second.phone, code="000000", caller=_caller("192.0.2.1", second.phone))
    assert User.objects.count() == 2
