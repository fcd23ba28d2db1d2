"""Phone number of a placement's person: disclosed to the employer with the person's consent.

The consent is for one employer and one that a live placement needs; each disclosure is in the access log.
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
from portal.placements.placement_steps import lock_placement
from portal.placements.workflow import LIVE_STATES


def consent_subject(employer: Employer) -> str:
    """Return the subject of consents for the employer: its credit code, which a change of name keeps."""
    return employer.uscc


def consent_text_for(employer: Employer) -> str:
    """Return the text that the person agrees to; it is stored with the consent."""
    return (
        f"我同意平台把我的姓名和联系电话提供给{employer.name}（统一社会信用代码 {employer.uscc}），"
        "只用于面试和入职联系。该单位每次查看都会记录，我可以随时撤回，撤回后立即不再提供。"
    )


def _in_force(user: User | None, employer: Employer) -> Consent | None:
    rows = Consent.objects.in_force().filter(user=user, purpose=ConsentPurpose.EMPLOYER_CONTACT)
    return rows.filter(subject=consent_subject(employer)).first()


def shared_placement_ids(placements: Iterable[Placement]) -> set[int]:
    """Return the ids of placements whose person's name and phone the employer may see now. Two queries.

    The placement is live, the person gave consent, and does not hide from the employer.

    Args:
        placements: loaded `with_details`.
    """
    live = [placement for placement in placements if placement.state in LIVE_STATES]
    consents = Consent.objects.in_force().filter(
        purpose=ConsentPurpose.EMPLOYER_CONTACT,
        user__in={placement.veteran.account_id for placement in live},
        subject__in={consent_subject(placement.position.employer) for placement in live},
    )
    consent_pairs = set(consents.values_list("user", "subject"))
    hidden_records = HiddenRecord.objects.in_force().filter(
        veteran__in={placement.veteran_id for placement in live},
        employer__in={placement.position.employer_id for placement in live},
    )
    hidden_pairs = set(hidden_records.values_list("veteran", "employer"))
    return {
        placement.pk
        for placement in live
        if (placement.veteran.account_id, consent_subject(placement.position.employer)) in consent_pairs
        and (placement.veteran_id, placement.position.employer_id) not in hidden_pairs
    }


@transaction.atomic
def share_contact(*, placement: Placement, by: User) -> Consent:
    """Consent that the placement's employer sees the person's name and phone.

    Raises:
        PermissionDenied: not the person's own intention.
        ValidationError: the intention has ended.
    """
    placement = lock_placement(placement)
    if not is_own(by, placement):
        raise PermissionDenied("not this user's intention")
    if placement.state not in LIVE_STATES:
        raise ValidationError("这份意向已经结束，不需要再提供电话。")
    employer = placement.position.employer
    return give_consent(
        user=by,
        purpose=ConsentPurpose.EMPLOYER_CONTACT,
        wording=consent_text_for(employer),
        subject=consent_subject(employer),
        by=by,
    )


@transaction.atomic
def withhold_contact(*, placement: Placement, by: User) -> None:
    """Withdraw the consent, for all placements with this employer.

    Raises:
        PermissionDenied: not the person's own intention.
    """
    placement = lock_placement(placement)
    if not is_own(by, placement):
        raise PermissionDenied("not this user's intention")
    consent = _in_force(by, placement.position.employer)
    if consent is not None:
        withdraw_consent(consent=consent, by=by)


@transaction.atomic
def reveal_phone(*, placement: Placement, by: User) -> str:
    """Return the person's phone to a member of the employer, and record it in the person's access log.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: no consent in force, or the placement has ended.
    """
    placement = lock_placement(placement)
    if not acts_for_employer(by, placement):
        raise PermissionDenied("not a member of this employer")
    employer = placement.position.employer
    if not employer.is_verified or placement.pk not in shared_placement_ids([placement]):
        raise ValidationError("本人没有同意提供电话，或已经撤回。")
    log_access(
        actor=by,
        file_id=placement.veteran_id,
        kind=AccessKind.REVEAL,
        field="手机号码",
        reason=f"{employer.name[:80]} 联系面试和入职",
    )
    return placement.veteran.phone
