"""Uploading a position sheet: who may, and for whom."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.accounts.models import User
from portal.employers.models import Employer
from portal.imports import actions
from portal.imports.models import ImportRun
from portal.positions.import_rows import KIND
from portal.positions.permissions import can_write_for


@transaction.atomic
def upload_positions(*, by: User, employer: Employer, name: str, content: bytes) -> ImportRun:
    """Take an employer's position sheet in.

    Raises:
        PermissionDenied: `by` is neither a member nor a reviewer of this employer.
        ValidationError: not a sheet; the message is for the person.
    """
    if not can_write_for(by, employer):
        raise PermissionDenied("neither a member nor a reviewer of this employer")
    return actions.upload(by=by, kind=KIND, name=name, content=content, subject_id=employer.pk)
