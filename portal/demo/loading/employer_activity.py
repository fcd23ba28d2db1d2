"""Activity of the demo's employer: an import with bad rows, and positions paused, filled or about to expire.

Also the certainty of the coded occupations of positions in review.
"""

import random
from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.core.encryption import hash_phone
from portal.core.models import Occupation
from portal.demo import logins
from portal.demo.loading.position_import_file import position_file_generator
from portal.employers.models import Employer
from portal.imports import actions as imports
from portal.imports import import_runner
from portal.imports.workbook_writer import write_rows
from portal.placements import hiring_outcomes
from portal.placements.enums import HiringResult
from portal.positions import actions, occupation_lookup
from portal.positions.enums import PositionState
from portal.positions.import_kind import upload_positions
from portal.positions.models import Position
from portal.stations.models import Station

_ROW_COUNT, _BAD_COUNT = 24, 3
IMPORTED_POSITIONS = _ROW_COUNT - _BAD_COUNT  # beyond the positions of the scale
_EXPIRES_IN = timedelta(days=4)


def load_employer_activity(seed: int) -> None:
    """Load the activity. Comes after the fairs, where the positions closed here were shown."""
    member = User.objects.get(phone_hash=hash_phone(logins.EMPLOYER.phone))
    employer = Employer.objects.with_member(member).order_by("pk")[0]
    _import_positions(member, employer, seed)
    positions = list(Position.objects.open_at().filter(employer=employer).with_details().order_by("pk"))
    if positions:
        expires_at = timezone.now() + _EXPIRES_IN
        Position.objects.filter(pk=positions[0].pk).update(expires_at=expires_at)
    for position in positions[1:2]:
        actions.pause(position=position, by=member)
    for position in positions[2:3]:
        actions.mark_filled(position=position, by=member)
        hiring_outcomes.record_outcome(position=position, by=member, result=HiringResult.ELSEWHERE)
    _set_occupation_certainty()


def _import_positions(member: User, employer: Employer, seed: int) -> None:
    maker = position_file_generator(random.Random(seed), Station.objects.all())  # noqa: S311  (invented data, not secrets)
    content = write_rows(maker.rows(_ROW_COUNT, _BAD_COUNT), title="岗位征集表", headers=maker.headers)
    run = upload_positions(by=member, employer=employer, name="岗位征集表.xlsx", content=content)
    import_runner.execute(imports.start(run=run, by=member, enqueue=False), dry=False)


def _set_occupation_certainty() -> None:
    """Set the certainty of positions in review whose guessed occupation equals the employer's choice."""
    codes = frozenset(Occupation.objects.filter(level=4).values_list("pk", flat=True))
    positions = list(
        Position.objects.filter(state=PositionState.IN_REVIEW, occupation_certainty=None).only(
            "title", "occupation_id"
        )
    )
    for position in positions:
        guess = occupation_lookup.guess_code(position.title, codes)
        if guess is not None and guess[0] == position.occupation_id:
            position.occupation_certainty = guess[1]
    Position.objects.bulk_update(positions, ["occupation_certainty"], batch_size=500)
