"""Exceptions for blocked wording with a legal basis: one reviewer approves, another confirms."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.positions.enums import PositionState
from portal.positions.models import Position, WordingException
from portal.positions.position_locks import lock_for_review
from portal.positions.wording_checks import describe_finding, find_blocking


def list_blocking_phrases(position: Position) -> list[str]:
    """Return the phrases that need an exception before publication."""
    return sorted({finding.text for finding in find_blocking(position)})


def active_exception(position: Position) -> WordingException | None:
    """Return the exception of this position that has not ended, if any."""
    return position.wording_exceptions.filter(ended_at=None).first()


def _covers(exception: WordingException | None, position: Position, phrases: list[str]) -> bool:
    """Return whether `exception` was given for all these phrases and for the current basis."""
    return (
        exception is not None
        and exception.basis == position.legal_basis
        and set(phrases) <= set(exception.phrases)
    )


@transaction.atomic
def approve_exception(*, position: Position, by: User, seen_token: str = "") -> WordingException:
    """Record the consent of the first reviewer: the basis justifies the blocked phrases.

    Args:
        seen_token: `review_token` of what the reviewer saw.

    Raises:
        PermissionDenied: `by` does not review this employer.
        ValidationError: the content changed since it was seen, not in review, no blocked phrase, no basis, or
            a phrase that no basis can justify.
    """
    position = lock_for_review(position, by, seen_token)
    if position.state != PositionState.IN_REVIEW:
        raise ValidationError("这个岗位现在不在审核中。")
    if inexcusable := [finding for finding in find_blocking(position) if not finding.excusable]:
        raise ValidationError([describe_finding(finding) for finding in inexcusable])
    phrases = list_blocking_phrases(position)
    if not phrases:
        raise ValidationError("这个岗位没有需要例外的用语，直接通过即可。")
    if not position.legal_basis.strip():
        raise ValidationError("单位没有写明依据，不能作为例外；请退回修改。")
    if active_exception(position) is not None:
        raise ValidationError("已有审核人员同意这个例外，等待另一位复核。")
    exception = WordingException.objects.create(
        position=position,
        basis=position.legal_basis,
        phrases=phrases,
        approved_by=by,
        approved_at=timezone.now(),
    )
    audit.record(by=by, verb="positions.exception_approved", target=position, phrases=phrases)
    return exception


@transaction.atomic
def confirm_exception(*, position: Position, by: User, seen_token: str = "") -> WordingException:
    """Record the consent of a second reviewer; now the position can be approved. `seen_token`: as above.

    Raises:
        PermissionDenied: `by` does not review this employer.
        ValidationError: no first consent, given by the same person, or the text has changed since.
    """
    position = lock_for_review(position, by, seen_token)
    exception = (
        WordingException.objects.select_for_update(of=("self",))
        .filter(position=position, ended_at=None, confirmed_at=None)
        .first()
    )
    if exception is None or not _covers(exception, position, list_blocking_phrases(position)):
        raise ValidationError("没有等待复核的例外，请刷新后再看。")
    if exception.approved_by_id == by.pk:
        raise ValidationError("例外须由另一位审核人员复核，您已经同意过一次。")
    exception.confirmed_by, exception.confirmed_at = by, timezone.now()
    exception.save()
    audit.record(by=by, verb="positions.exception_confirmed", target=position, phrases=exception.phrases)
    return exception


def end_exceptions(*, position: Position, by: User, reason: str) -> None:
    """End the exception of a position whose text was changed or refused; the row is kept."""
    exception = active_exception(position)
    if exception is not None:
        exception.ended_at = timezone.now()
        exception.save()
        audit.record(by=by, verb="positions.exception_ended", target=position, why=reason)


def require_confirmed_exception(position: Position) -> None:
    """Refuse blocked wording without an exception that two reviewers agreed to.

    Raises:
        ValidationError: the exception is missing, covers other phrases, or is not confirmed.
    """
    phrases = list_blocking_phrases(position)
    if not phrases:
        return
    exception = active_exception(position)
    if not _covers(exception, position, phrases):
        raise ValidationError(f"含有不得出现的用语：{'、'.join(phrases)}。请退回修改，或先按依据同意例外。")
    assert exception is not None
    if exception.confirmed_at is None:
        raise ValidationError("例外还没有另一位审核人员复核，不能公开。")
