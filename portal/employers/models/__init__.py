"""Models of employers (用人单位), their members and their verification."""

from portal.employers.models.employer import (
    RENEWAL_FROM,
    VERIFICATION_LASTS,
    Employer,
    EmployerMembership,
    EmployerQuerySet,
)
from portal.employers.models.employer_invitation import EmployerInvitation
from portal.employers.models.hidden_record import HiddenRecord
from portal.employers.models.profile_change import ProfileChange
from portal.employers.models.verification_step import VerificationBasis, VerificationStep

__all__ = [
    "RENEWAL_FROM",
    "VERIFICATION_LASTS",
    "Employer",
    "EmployerInvitation",
    "EmployerMembership",
    "EmployerQuerySet",
    "HiddenRecord",
    "ProfileChange",
    "VerificationBasis",
    "VerificationStep",
]
