"""Answers of people and employers about some placements: matching, one-sided and contradictory.

Also the satisfaction of people with their job.
"""

from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.confirmations.actions import AnswerData, record_answer
from portal.confirmations.enums import Reply, Side
from portal.employers.models import EmployerMembership
from portal.placements.models import Placement
from portal.placements.workflow import EMPLOYED_STATES

PAIR_COUNT = 12
SATISFACTION_COUNT = 240
_DEGREES = (4, 5, 3, 4, 5, 2, 4, 4, 5, 3, 1)
_WORDS = ("一切都好，谢谢服务站", "希望离家近一些", "")


def load_answers() -> None:
    """Load answers about `PAIR_COUNT` employed people, and the satisfaction of two in three others.

    Of each four placements one has contradictory and one matching answers; of two, one side has not answered.
    """
    today = timezone.localdate()
    members: dict[int, User] = {}
    for row in EmployerMembership.objects.select_related("user").order_by("-pk"):
        members[row.employer_id] = row.user
    rows = Placement.objects.filter(
        state__in=EMPLOYED_STATES,
        veteran__account__isnull=False,
        onboarded_on__lte=today - timedelta(days=20),
        position__employer__in=members,
    )
    placements = list(rows.with_details().order_by("pk")[: PAIR_COUNT + SATISFACTION_COUNT])
    for n, placement in enumerate(placements[PAIR_COUNT:]):
        account = placement.veteran.account
        if account is not None and n % 3:
            own = AnswerData(Reply.STILL_EMPLOYED, satisfaction=_DEGREES[n % len(_DEGREES)])
            record_answer(placement=placement, side=Side.VETERAN, data=own, by=account)
    for n, placement in enumerate(placements[:PAIR_COUNT]):
        account = placement.veteran.account
        if account is None:
            continue
        if n % 4 != 3:
            own = AnswerData(Reply.STILL_EMPLOYED, satisfaction=5 - n % 3, words=_WORDS[n % 3])
            record_answer(placement=placement, side=Side.VETERAN, data=own, by=account)
        if n % 4 != 2:
            theirs = (
                AnswerData(Reply.LEFT, day=today - timedelta(days=9))
                if n % 4 == 0
                else AnswerData(Reply.STILL_EMPLOYED)
            )
            record_answer(
                placement=placement,
                side=Side.EMPLOYER,
                data=theirs,
                by=members[placement.position.employer_id],
            )
