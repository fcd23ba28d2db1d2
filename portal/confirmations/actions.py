"""Recording of answers, single or all of a link. Each is kept and compared with the other side's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.confirmations.answer_comparison import compare_answers
from portal.confirmations.enums import DATED_REPLIES, REPLIES, Question, Reply, Side
from portal.confirmations.links import LinkUnusableError, current_placements
from portal.confirmations.models import Answer, ConfirmationLink
from portal.confirmations.permissions import can_answer_for_employer, is_own, question_of
from portal.core import audit
from portal.core.locking import ParentMoved, locked, retry_if_moved
from portal.placements.models import Placement
from portal.placements.placement_steps import lock_placement
from portal.placements.step_days import earliest_day


@dataclass(frozen=True, slots=True)
class AnswerData:
    """Values of an answer about one placement."""

    reply: Reply
    day: date | None = None
    reason: str = ""
    words: str = ""
    wants_another: bool | None = None
    satisfaction: int | None = None


@transaction.atomic
def record_answer(*, placement: Placement, side: Side, data: AnswerData, by: User) -> Answer:
    """Record the answer of a signed-in user for one side.

    Raises:
        PermissionDenied: `by` is not that side.
        ValidationError: by field; the reply does not fit the placement, or its day cannot be.
    """
    placement = lock_placement(placement)
    is_allowed = is_own(by, placement) if side == Side.VETERAN else can_answer_for_employer(by, placement)
    if not is_allowed:
        raise PermissionDenied("not this side of the placement")
    return _save_answer(placement, side, data, by=by, link=None)


@transaction.atomic
def submit_answers(
    *, link: ConfirmationLink, answers: Mapping[int, AnswerData], by: User | None
) -> list[Answer]:
    """Record the answers given through a link, and mark the link as used.

    Args:
        answers: by placement id; placements that are left out stay unanswered.
        by: user who proved to be that side by an account or a code; None: by the digits of the phone.

    Raises:
        LinkUnusableError: the link was used, revoked, or expired meanwhile.
        PermissionDenied: the link does not ask about one of the placements.
        ValidationError: no answer was given, or as `record_answer`.
    """
    placements = _lock_placements(answers)
    link = locked(link)
    if not link.is_usable:
        raise LinkUnusableError
    if not answers:
        raise ValidationError("请至少回答一个人的情况。")
    placement_ids = {placement.pk for placement in current_placements(link)}
    if not answers.keys() <= placement_ids:
        raise PermissionDenied("not asked by this link")
    rows = []
    for placement_id in sorted(answers):
        placement = placements[placement_id]
        if question_of(placement) != link.question:
            raise LinkUnusableError
        rows.append(_save_answer(placement, Side(link.side), answers[placement_id], by=by, link=link))
    link.used_at = timezone.now()
    link.save(update_fields=["used_at", "updated_at"])
    return rows


def _lock_placements(placement_ids: Iterable[int]) -> dict[int, Placement]:
    """Lock placements: answers of both sides at the same time are compared one after the other.

    All people first, in the order of their keys, as wherever several are locked.
    """
    keys = list(placement_ids)

    def lock() -> dict[int, Placement]:
        rows = Placement.objects.filter(pk__in=keys).with_details()
        placements = sorted(rows, key=lambda placement: (placement.veteran_id, placement.pk))
        for placement in placements:
            locked(placement.veteran)
        owners = dict(Placement.objects.filter(pk__in=keys).values_list("pk", "veteran"))
        if owners != {placement.pk: placement.veteran_id for placement in placements}:
            raise ParentMoved  # by a merge that these locks waited for
        return {placement.pk: lock_placement(placement) for placement in placements}

    return retry_if_moved(lock)


def validate_answer(placement: Placement, data: AnswerData) -> Question:
    """Return the question that the answer belongs to.

    Raises:
        ValidationError: by field; the reply does not fit the placement, or its day cannot be.
    """
    question = question_of(placement)
    if question is None or data.reply not in REPLIES[question]:
        raise ValidationError({"reply": "这份意向的进展刚刚有变化，请刷新后再答。"})
    if data.reply not in DATED_REPLIES:
        return question
    if data.day is None:
        raise ValidationError({"day": "请填写日期。"})
    if data.day > timezone.localdate():
        raise ValidationError({"day": "日期不能晚于今天。"})
    if data.reply == Reply.LEFT and placement.onboarded_on:
        # It may contradict what was recorded since, that three months were reached: a call clears that up.
        if data.day < placement.onboarded_on:
            raise ValidationError({"day": f"不能早于入职日期 {placement.onboarded_on:%Y-%m-%d}。"})
    elif data.day < (earliest := earliest_day(placement)):
        raise ValidationError({"day": f"不能早于上一步的日期 {earliest.isoformat()}。"}, code="too_early")
    return question


def _save_answer(
    placement: Placement, side: Side, data: AnswerData, *, by: User | None, link: ConfirmationLink | None
) -> Answer:
    question = validate_answer(placement, data)
    is_own, is_leaving = side == Side.VETERAN, data.reply == Reply.LEFT
    row = Answer(
        placement=placement,
        side=side,
        question=question,
        reply=data.reply,
        day=data.day if data.reply in DATED_REPLIES else None,
        reason=data.reason.strip() if is_leaving else "",
        words=data.words.strip(),
        wants_another=data.wants_another if is_own and is_leaving else None,
        satisfaction=data.satisfaction if is_own else None,
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
        reply=data.reply,
        link=link.pk if link else None,
    )
    compare_answers(row)
    return row
