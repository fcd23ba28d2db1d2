"""Import kind of positions (岗位征集表), and the upload of its spreadsheets."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError

from portal.accounts.models import User
from portal.employers.models import Employer
from portal.imports import actions
from portal.imports.cell_reading import PROBLEMS as CELL_PROBLEMS
from portal.imports.import_kinds import ImportKind
from portal.imports.models import ImportRun
from portal.positions.import_columns import COLUMNS
from portal.positions.import_rows import PositionImporter
from portal.positions.import_undo import undo
from portal.positions.permissions import can_write_for
from portal.positions.position_parsing import PROBLEMS, list_served_regions

KIND = "positions"


def upload_positions(*, by: User, employer: Employer, name: str, content: bytes) -> ImportRun:
    """Upload a spreadsheet of positions for an employer.

    Raises:
        PermissionDenied: `by` is neither a member nor a reviewer of this employer.
        ValidationError: not a spreadsheet, or the employer is not verified: nothing of it is parsed then.
    """
    if not can_write_for(by, employer):
        raise PermissionDenied("neither a member nor a reviewer of this employer")
    if not employer.is_verified:
        raise ValidationError("单位通过核验后才能用表格导入岗位；现在可以先逐个填写岗位。", code="unverified")
    return actions.upload(by=by, kind=KIND, name=name, content=content, subject_id=employer.pk)


def _load_choices() -> Mapping[str, tuple[str, ...]]:
    return {"region": list_served_regions()}


def _do_nothing() -> None:
    """No event after a run: imported positions are not public before their review."""


POSITION_IMPORT = ImportKind(
    key=KIND,
    label="岗位征集表",
    columns=COLUMNS,
    open_run=PositionImporter.build_for_run,
    open_preview=PositionImporter.build_for_preview,
    undo=undo,
    on_finished=_do_nothing,
    problems=CELL_PROBLEMS | PROBLEMS,
    noun="岗位",
    unit="个",
    title_column="title",
    has_sample_row=False,
    load_choices=_load_choices,
)
