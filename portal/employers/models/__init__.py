"""Models of employers (用人单位), their members and their verification."""

from portal.employers.models.employer import (
    Employer,
    EmployerMembership,
    EmployerQuerySet,
)
from portal.employers.models.employer_invitation import EmployerInvitation
from portal.employers.models.hidden_record import HiddenRecord
from portal.employers.models.profile_change import ProfileChange
from portal.employers.models.verification_step import VerificationBasis, VerificationStep

__all__ = [
    "Employer",
    "EmployerInvitation",
    "EmployerMembership",
    "EmployerQuerySet",
    "HiddenRecord",
    "ProfileChange",
    "VerificationBasis",
    "VerificationStep",
]
