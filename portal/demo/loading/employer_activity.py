"""What the demo's firm has done with its posts: a sheet with a few bad rows, one paused, one filled, one that
ends soon; and how sure the portal is of the occupations that wait for review.
"""

import random
from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.core.encryption import lookup_hash
from portal.core.models import Occupation
from portal.demo import logins
from portal.demo.loading.position_import_file import position_file_generator
from portal.employers.models import Employer
from portal.imports import actions as sheets
from portal.imports import import_runner
from portal.imports.workbook_writer import write_rows
from portal.placements import hiring_outcomes
from portal.placements.enums import HiringResult
from portal.positions import actions, occupation_lookup
from portal.positions.enums import PositionState
from portal.positions.import_kind import upload_positions
from portal.positions.models import Position
from portal.stations.models import Station

_ROWS, _BAD = 24, 3
IMPORTED_POSITIONS = _ROWS - _BAD  # posts beside those that the scale counts
_ENDS_IN = timedelta(days=4)


def load_employer_activity(seed: int) -> None:
    """To be loaded after the fairs: what closes here was shown there."""
    member = User.objects.get(phone_hash=lookup_hash(logins.EMPLOYER.phone))
    employer = Employer.objects.run_by(member).order_by("pk")[0]
    _load_sheet(member, employer, seed)
    shown = list(Position.objects.open_at().filter(employer=employer).with_details().order_by("pk"))
    if shown:
        ends = timezone.now() + _ENDS_IN
        Position.objects.filter(pk=shown[0].pk).update(expires_at=ends)
    for position in shown[1:2]:
        actions.pause(position=position, by=member)
    for position in shown[2:3]:
        actions.mark_filled(position=position, by=member)
        hiring_outcomes.record_outcome(position=position, by=member, result=HiringResult.ELSEWHERE)
    _note_certainty()


def _load_sheet(member: User, employer: Employer, seed: int) -> None:
    maker = position_file_generator(random.Random(seed), Station.objects.all())  # noqa: S311  (invented data, not secrets)
    content = write_rows(maker.rows(_ROWS, _BAD), title="岗位征集表", headers=maker.headers)
    sheet = upload_positions(by=member, employer=employer, name="岗位征集表.xlsx", content=content)
    import_runner.execute(sheets.start(run=sheet, by=member, enqueue=False), dry=False)


def _note_certainty() -> None:
    """Posts in review whose title the portal codes as their firms did: as if they had left it open."""
    codes = frozenset(Occupation.objects.filter(level=4).values_list("pk", flat=True))
    waiting = list(
        Position.objects.filter(state=PositionState.IN_REVIEW, occupation_certainty=None).only(
            "title", "occupation_id"
        )
    )
    for position in waiting:
        guess = occupation_lookup.guess_code(position.title, codes)
        if guess is not None and guess[0] == position.occupation_id:
            position.occupation_certainty = guess[1]
    Position.objects.bulk_update(waiting, ["occupation_certainty"], batch_size=500)
