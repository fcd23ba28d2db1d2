"""Helpers that send links and prove identities as a browser does."""

import re
from typing import Any

from django.test import Client, TestCase
from django.urls import reverse

from portal.accounts.senders import MemorySender
from portal.confirmations import links
from portal.confirmations.enums import Question
from portal.confirmations.models import ConfirmationLink

SECRETS = (
    "陈建国",
    "黄志明",
    "江门市远航物流有限公司",
    "货车司机",
    "13800004321",
    "13700008888",
    "4321",
    "8888",
)


def person_link(town: Any) -> tuple[ConfirmationLink, str]:
    with TestCase.captureOnCommitCallbacks(execute=True):
        link, secret = links.create_veteran_link(placement=town.placement, by=town.clerk)
    return link, reverse("public:confirmation", args=[secret])


def employer_link(
    town: Any, *placements: Any, question: Any = Question.PROGRESS
) -> tuple[ConfirmationLink, str]:
    link, secret = links.create_employer_link(
        employer=town.employer, question=question, placements=placements or [town.placement], by=town.clerk
    )
    return link, reverse("public:confirmation", args=[secret])


def page_text(response: Any) -> str:
    return response.content.decode()


def without_token(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=|x-csrftoken": )"[^"]*"', "", page)


def prove(client: Client, address: str) -> None:
    """Give the proof that the link requires: digits of the phone, or a code."""
    if "后四位" in page_text(client.get(address)):
        client.post(address, {"act": "prove", "code": "4321"})
    else:
        send(client, address)
        client.post(address, {"act": "prove", "code": MemorySender.outbox[-1][1]})


def send(client: Client, address: str) -> Any:
    with TestCase.captureOnCommitCallbacks(execute=True):
        return client.post(address, {"act": "send"})
