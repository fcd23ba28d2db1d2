"""Secrecy, proofs and single use of confirmation links."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.senders import MemorySender
from portal.confirmations import links
from portal.confirmations.enums import Question
from portal.confirmations.models import MAX_TRIES, ConfirmationLink
from portal.core.encryption import lookup_hash
from portal.notifications.models import Notification
from portal.placements.actions import advance
from portal.web.shared.notification_links import notification_url
from tests.confirmations.link_pages import (
    SECRETS,
    employer_link,
    page_text,
    person_link,
    prove,
    send,
    without_token,
)
from tests.confirmations.scenarios import another
from tests.factories import make_employer, make_position, make_user
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


@contextmanager
def nothing_written() -> Iterator[None]:
    before = {model: model._base_manager.count() for model in apps.get_models()}
    with CaptureQueriesContext(connection) as captured:
        yield
    writes = [q["sql"] for q in captured if re.match(r"\s*(INSERT|UPDATE|DELETE)", q["sql"])]
    assert writes == []
    assert {model: model._base_manager.count() for model in apps.get_models()} == before


@pytest.fixture(params=["person", "firm"])
def link_and_address(request: pytest.FixtureRequest, town: Any) -> Any:
    return (person_link if request.param == "person" else employer_link)(town)


# --- what a stranger learns ------------------------------------------------------------------------------
def test_a_forwarded_link_shows_nobody(link_and_address: Any) -> None:
    _, address = link_and_address
    for client in (Client(), Client(HTTP_USER_AGENT="mail scanner")):
        page = page_text(client.get(address))
        assert "核对" in page
        assert [secret for secret in SECRETS if secret in page] == []


def test_other_account_opens_nothing(link_and_address: Any, client_for: Any) -> None:
    _, address = link_and_address
    stranger = client_for(make_user("路人"))
    page = page_text(stranger.post(address, {"act": "account"}))
    assert "现在登录的账号不能回答" in page
    assert [secret for secret in SECRETS if secret in page] == []


def test_opening_changes_nothing_before_and_after_the_proof(link_and_address: Any) -> None:
    link, address = link_and_address
    client = Client()
    with nothing_written():
        for _ in range(3):
            assert client.get(address).status_code == 200
            client.head(address)
    prove(client, address)
    with nothing_written():
        text = page_text(client.get(address))
        assert "货车司机" in text
        # The person is not told the own name.
        assert ("陈建国" in text) == (link.employer_id is not None)


def test_every_page_is_kept_from_caches_searches_and_referrers(link_and_address: Any) -> None:
    _, address = link_and_address
    client = Client()
    pages = [client.get(address), client.get(address[:-6] + "xxxxx/"), client.get("/confirm/thanks/")]
    prove(client, address)
    pages.append(client.get(address))
    for page in pages:
        assert page["Referrer-Policy"] == "no-referrer"
        assert "no-store" in page["Cache-Control"]
        assert "noindex" in page["X-Robots-Tag"]


# --- dead links are all alike ----------------------------------------------------------------------------
def test_unknown_expired_used_revoked_and_locked_links_get_one_answer(town: Any) -> None:
    pages: dict[str, str] = {"unknown": page_text(Client().get("/confirm/not-a-link/"))}

    def page_of(link: ConfirmationLink, address: str, **values: Any) -> str:
        ConfirmationLink.objects.filter(pk=link.pk).update(**values)
        response = Client().get(address)
        assert response.status_code == 404
        return page_text(response)

    now = timezone.now()
    pages["tampered"] = page_text(Client().get(person_link(town)[1][:-2] + "/"))
    pages["expired"] = page_of(*person_link(town), expires_at=now - timedelta(seconds=1))
    pages["used"] = page_of(*person_link(town), used_at=now)
    pages["revoked"] = page_of(*person_link(town), revoked_at=now, revoked_by=town.clerk)
    pages["locked"] = page_of(*person_link(town), tries=MAX_TRIES)
    pages["firm's"] = page_of(*employer_link(town), used_at=now)
    assert all("不能再用" in page for page in pages.values())
    assert len({without_token(page) for page in pages.values()}) == 1


def test_submission_to_unusable_link_gets_the_same_page(link_and_address: Any) -> None:
    link, address = link_and_address
    client = Client()
    prove(client, address)
    ConfirmationLink.objects.filter(pk=link.pk).update(used_at=timezone.now())
    for act in ("prove", "send", "account", "answer"):
        response = client.post(address, {"act": act, "code": "4321"})
        assert (response.status_code, "不能再用" in page_text(response)) == (404, True)


def test_only_a_keyed_hash_is_kept(town: Any) -> None:
    link, secret = links.create_veteran_link(placement=town.placement, by=town.clerk)
    row = ConfirmationLink.objects.filter(pk=link.pk).values().get()
    assert secret not in str(row)
    assert row["digest"] == lookup_hash(f"confirmation:{secret}")
    assert len(secret) >= 43


# --- the proofs --------------------------------------------------------------------------------------------
def test_five_wrong_digits_lock_the_link(town: Any) -> None:
    link, address = person_link(town)
    for n in range(MAX_TRIES):
        # Every try from another browser: it is the link that counts.
        response = Client().post(address, {"act": "prove", "code": f"000{n}"})
        assert response.status_code == 200
    assert Client().post(address, {"act": "prove", "code": "4321"}).status_code == 404
    link.refresh_from_db()
    assert (link.tries, link.state[0]) == (MAX_TRIES, "failed")
    notification = Notification.objects.get(user=town.clerk)
    assert "已锁定" in notification.text
    assert notification_url(notification) == reverse("staff:placement", args=[town.placement.pk])


def test_five_wrong_codes_lock_the_link_and_codes_are_limited(town: Any, settings: Settings) -> None:
    _, address = employer_link(town)
    client = Client()
    send(client, address)
    right = MemorySender.outbox[-1]
    assert right[0] == "13700008888"
    wrong = f"{(int(right[1]) + 1) % 1_000_000:06d}"
    for _ in range(MAX_TRIES):
        assert "核对不符" in page_text(client.post(address, {"act": "prove", "code": wrong}))
    assert client.post(address, {"act": "prove", "code": right[1]}).status_code == 404
    other, address = employer_link(town)
    ConfirmationLink.objects.filter(pk=other.pk).update(codes_sent=links.MAX_CODES)
    assert "次数已用完" in page_text(client.post(address, {"act": "send"}))
    assert len(MemorySender.outbox) == 1


def test_each_side_has_its_own_kind_of_proof(town: Any) -> None:
    link, _ = employer_link(town)
    assert links.verify_phone_digits(link=link, digits="8888") is False
    own, _ = person_link(town)
    for verb, values in ((links.send_proof_code, {}), (links.prove_by_code, {"code": "1"})):
        with pytest.raises(links.LinkUnusableError):
            verb(link=own, **values)


def test_a_proof_opens_one_link_only(town: Any) -> None:
    first, second = person_link(town)[1], employer_link(town)[1]
    client = Client()
    prove(client, first)
    assert "核对" in page_text(client.get(second))
    assert "陈建国" not in page_text(client.get(second))


def test_sending_is_limited(
    link_and_address: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.api_tokens.request_counts.time.time", lambda: 60_017.0)
    settings.API_RATES = {**settings.API_RATES, "confirmation": 2}
    _, address = link_and_address
    answers = [Client().post(address, {"act": "none"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert Client().get(address).status_code == 200


def test_a_forged_form_is_refused_but_an_origin_of_null_is_not(link_and_address: Any) -> None:
    _, address = link_and_address
    client = Client(enforce_csrf_checks=True)
    token = require(re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page_text(client.get(address))))[1]
    assert client.post(address, {"act": "none"}).status_code == 403
    form = {"act": "none", "csrfmiddlewaretoken": token}
    assert client.post(address, form, HTTP_ORIGIN="https://elsewhere.example").status_code == 403
    assert client.post(address, form, HTTP_ORIGIN="null").status_code == 200


# --- making and taking back ------------------------------------------------------------------------------
def test_only_staff_of_the_person_send_links(town: Any) -> None:
    silent = another(town, "钱不语", is_confirmed=False)
    with pytest.raises(PermissionDenied):
        links.create_veteran_link(placement=town.placement, by=town.neighbour)
    with pytest.raises(PermissionDenied):
        links.create_employer_link(
            employer=town.employer, question=Question.PROGRESS, placements=[town.placement], by=town.neighbour
        )
    with pytest.raises(ValidationError):
        employer_link(town, silent)
    elsewhere = make_position(employer=make_employer())
    with pytest.raises(PermissionDenied):
        links.create_employer_link(
            employer=elsewhere.employer,
            question=Question.PROGRESS,
            placements=[town.placement],
            by=town.clerk,
        )
    with pytest.raises(ValidationError):
        links.create_employer_link(
            employer=town.employer, question=Question.PROGRESS, placements=[], by=town.clerk
        )
    advance(placement=town.placement, step="lapse", by=town.clerk)
    with pytest.raises(ValidationError):
        person_link(town)


def test_new_link_revokes_the_previous_one(town: Any) -> None:
    first, address = person_link(town)
    person_link(town)
    first.refresh_from_db()
    assert first.state[0] == "withdrawn"
    assert Client().get(address).status_code == 404


def test_staff_revoke_a_link(town: Any, client_for: Any) -> None:
    link, address = person_link(town)
    away = reverse("staff:confirmation-revoke", args=[link.pk])
    assert client_for(town.neighbour).post(away).status_code == 404
    assert client_for(town.clerk).get(away).status_code == 405
    assert client_for(town.clerk).post(away).status_code == 302
    assert Client().get(address).status_code == 404
    with pytest.raises(PermissionDenied):
        links.revoke_link(link=link, by=town.neighbour)


def test_sent_url_is_the_url_of_the_page() -> None:
    assert links.link_url("abc").endswith(reverse("public:confirmation", args=["abc"]))


def test_link_of_a_transaction_that_is_rolled_back_is_not_sent(
    town: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        links.create_veteran_link(placement=town.placement, by=town.clerk)
        transaction.set_rollback(True)
    assert MemorySender.links == []
    with django_capture_on_commit_callbacks(execute=True):
        links.create_veteran_link(placement=town.placement, by=town.clerk)
        assert MemorySender.links == []
    assert len(MemorySender.links) == 1
