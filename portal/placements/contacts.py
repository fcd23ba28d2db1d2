"""The phone number behind an intention: an employer sees it once the person agreed to that, for that employer
alone, and for as long as the intention lives. Each look is noted where the person can read it.
"""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from portal.accounts.actions import give_consent, log_access, withdraw_consent
from portal.accounts.enums import AccessKind, ConsentPurpose
from portal.accounts.models import Consent, User
from portal.employers.models import Employer, HiddenRecord
from portal.placements.models import Placement
from portal.placements.permissions import acts_for_employer, is_own
from portal.placements.workflow import LIVE_STATES


def subject_of(employer: Employer) -> str:
    """What a consent for this employer is filed under: its credit code, which outlives a change of name."""
    return employer.uscc


def wording_for(employer: Employer) -> str:
    """What the person agrees to; kept with the consent."""
    return (
        f"我同意平台把我的姓名和联系电话提供给{employer.name}（统一社会信用代码 {employer.uscc}），"
        "只用于面试和入职联系。该单位每次查看都会记录，我可以随时撤回，撤回后立即不再提供。"
    )


def _in_force(user: User | None, employer: Employer) -> Consent | None:
    rows = Consent.objects.in_force().filter(user=user, purpose=ConsentPurpose.EMPLOYER_CONTACT)
    return rows.filter(subject=subject_of(employer)).first()


def shared_with(placements: Iterable[Placement]) -> set[int]:
    """Numbers of those of these placements whose person's name and phone the employer may see now: the person
    agreed, and does not hide from it. Two queries; expects `with_details`.
    """
    live = [placement for placement in placements if placement.state in LIVE_STATES]
    agreed = Consent.objects.in_force().filter(
        purpose=ConsentPurpose.EMPLOYER_CONTACT,
        user__in={placement.veteran.account_id for placement in live},
        subject__in={subject_of(placement.position.employer) for placement in live},
    )
    pairs = set(agreed.values_list("user", "subject"))
    hiding = HiddenRecord.objects.in_force().filter(
        veteran__in={placement.veteran_id for placement in live},
        employer__in={placement.position.employer_id for placement in live},
    )
    hidden = set(hiding.values_list("veteran", "employer"))
    return {
        placement.pk
        for placement in live
        if (placement.veteran.account_id, subject_of(placement.position.employer)) in pairs
        and (placement.veteran_id, placement.position.employer_id) not in hidden
    }


@transaction.atomic
def share_contact(*, placement: Placement, by: User) -> Consent:
    """Let the employer of this intention see the person's name and phone.

    Raises:
        PermissionDenied: not the person's own intention.
        ValidationError: the intention has ended.
    """
    if not is_own(by, placement):
        raise PermissionDenied("not this user's intention")
    if placement.state not in LIVE_STATES:
        raise ValidationError("这份意向已经结束，不需要再提供电话。")
    employer = placement.position.employer
    return give_consent(
        user=by,
        purpose=ConsentPurpose.EMPLOYER_CONTACT,
        wording=wording_for(employer),
        subject=subject_of(employer),
        by=by,
    )


@transaction.atomic
def withhold_contact(*, placement: Placement, by: User) -> None:
    """Take that back, for all intentions with this employer.

    Raises:
        PermissionDenied: not the person's own intention.
    """
    if not is_own(by, placement):
        raise PermissionDenied("not this user's intention")
    consent = _in_force(by, placement.position.employer)
    if consent is not None:
        withdraw_consent(consent=consent, by=by)


@transaction.atomic
def contact_of(*, placement: Placement, by: User) -> str:
    """The person's phone in plain text, for a member of the employer; noted in the person's access log.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: the person has not agreed, or the intention has ended.
    """
    if not acts_for_employer(by, placement):
        raise PermissionDenied("not a member of this employer")
    employer = placement.position.employer
    if not employer.is_verified or placement.pk not in shared_with([placement]):
        raise ValidationError("本人没有同意提供电话，或已经撤回。")
    log_access(
        actor=by,
        file_id=placement.veteran_id,
        kind=AccessKind.REVEAL,
        field="手机号码",
        reason=f"{employer.name[:80]} 联系面试和入职",
    )
    return placement.veteran.phone
