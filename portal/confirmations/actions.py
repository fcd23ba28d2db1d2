"""Answers: one, or all that a link's page brought. Each is kept for good and weighed against the other
side's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.confirmations import agreement
from portal.confirmations.enums import DATED, REPLIES, Question, Reply, Side
from portal.confirmations.links import LinkDead, asked_about
from portal.confirmations.models import Answer, ConfirmationLink
from portal.confirmations.permissions import is_own, may_answer_for_employer, question_of
from portal.core import audit
from portal.placements.models import Placement


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody filled in about one placement."""

    reply: Reply
    day: date | None = None
    reason: str = ""
    words: str = ""
    wants_another: bool | None = None
    satisfaction: int | None = None


@transaction.atomic
def answer(*, placement: Placement, side: Side, said: Said, by: User) -> Answer:
    """Keep what somebody signed in says for one side.

    Raises:
        PermissionDenied: `by` is not that side.
        ValidationError: by field; the reply does not fit the placement, or its day cannot be.
    """
    placement = _locked(placement)
    may = is_own(by, placement) if side == Side.VETERAN else may_answer_for_employer(by, placement)
    if not may:
        raise PermissionDenied("not this side of the placement")
    return _keep(placement, side, said, by=by, link=None)


@transaction.atomic
def submit(*, link: ConfirmationLink, said: Mapping[int, Said], by: User | None) -> list[Answer]:
    """Keep what a link's page brought, by number of the placement; who is left out stays unanswered. The link
    is used up.

    Args:
        by: who proved to be that side by signing in or by a code; None: by the digits of the phone.

    Raises:
        LinkDead: the link was used, taken back, or ran out meanwhile.
        PermissionDenied: it does not ask about one of them.
        ValidationError: nothing was answered, or as `answer`.
    """
    link = ConfirmationLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if not link.is_usable:
        raise LinkDead
    if not said:
        raise ValidationError("请至少回答一个人的情况。")
    asked = {placement.pk for placement in asked_about(link)}
    if not said.keys() <= asked:
        raise PermissionDenied("not asked by this link")
    kept = []
    for number in sorted(said):
        placement = _locked(Placement(pk=number))
        if question_of(placement) != link.question:
            raise LinkDead
        kept.append(_keep(placement, Side(link.side), said[number], by=by, link=link))
    link.used_at = timezone.now()
    link.save(update_fields=["used_at", "updated_at"])
    return kept


def _locked(placement: Placement) -> Placement:
    """Two sides that answer at the same time are weighed one after the other."""
    return Placement.objects.select_for_update(of=("self",)).with_details().get(pk=placement.pk)


def check(placement: Placement, said: Said) -> Question:
    """The question that is answered.

    Raises:
        ValidationError: by field; the reply does not fit the placement, or its day cannot be.
    """
    question = question_of(placement)
    if question is None or said.reply not in REPLIES[question]:
        raise ValidationError({"reply": "这份意向的进展刚刚有变化，请刷新后再答。"})
    if said.reply not in DATED:
        return question
    if said.day is None:
        raise ValidationError({"day": "请填写日期。"})
    if said.day > timezone.localdate():
        raise ValidationError({"day": "日期不能晚于今天。"})
    if said.reply == Reply.LEFT and placement.onboarded_on and said.day < placement.onboarded_on:
        raise ValidationError({"day": f"不能早于入职日期 {placement.onboarded_on:%Y-%m-%d}。"})
    return question


def _keep(
    placement: Placement, side: Side, said: Said, *, by: User | None, link: ConfirmationLink | None
) -> Answer:
    question = check(placement, said)
    own, left = side == Side.VETERAN, said.reply == Reply.LEFT
    row = Answer(
        placement=placement,
        side=side,
        question=question,
        reply=said.reply,
        day=said.day if said.reply in DATED else None,
        reason=said.reason.strip() if left else "",
        words=said.words.strip(),
        wants_another=said.wants_another if own and left else None,
        satisfaction=said.satisfaction if own else None,
        by=by,
        link=link,
        at=timezone.now(),
    )
    row.full_clean(exclude=["placement", "link", "by"], validate_constraints=False)
    row.save()
    audit.record(
        by=by,
        verb="confirmations.answered",
        target=placement,
        side=side,
        reply=said.reply,
        link=link.pk if link else None,
    )
    agreement.weigh(row)
    return row
