"""Verification of employers: agencies, recruiters, decisions, documents, profile changes, hidden records."""

import io
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from PIL import Image, ImageDraw

from portal.accounts.models import User
from portal.demo import logins
from portal.demo.loading.bulk_insert import insert, new_user
from portal.documents.actions import create_document
from portal.documents.enums import DocumentKind, OwnerType
from portal.documents.upload_validation import Upload
from portal.employers.enums import EmployerRole, StepKind, VerificationState
from portal.employers.models import (
    Employer,
    EmployerMembership,
    HiddenRecord,
    ProfileChange,
    VerificationBasis,
    VerificationStep,
)
from portal.employers.verification_periods import VERIFICATION_LASTS
from portal.veterans.models import Veteran

# Pending employers with uploaded documents; each is an encrypted file on disk, which takes time.
_WITH_DOCUMENTS = 12
_CHECKED_KINDS = (
    DocumentKind.LICENCE,
    DocumentKind.RECRUITMENT_BROCHURE,
    DocumentKind.AGENT_ID,
    DocumentKind.AUTHORISATION,
)


def set_verification(employer: Employer, number: int) -> None:
    """Set agency and verification dates of an unsaved employer.

    The first employer, whose members sign in to the demo, stays recently verified.
    """
    rng = random.Random(number)  # noqa: S311  (invented data; own source, so that the city's draws stay)
    if "人力资源" in employer.name or "商务服务" in employer.name:
        employer.is_agency, employer.agency_permit = True, f"粤江人服证字2024第{number:04d}号"
    if number == 0 or employer.state != VerificationState.VERIFIED:
        return
    draw = rng.random()
    ago = (
        rng.randint(186, 200)
        if draw < 0.01
        else rng.randint(156, 182)
        if draw < 0.04
        else rng.randint(3, 150)
    )
    employer.verified_at = timezone.now() - timedelta(days=ago, minutes=rng.randint(0, 400))
    employer.verified_until = timezone.localdate(employer.verified_at) + VERIFICATION_LASTS
    if ago > 155 and rng.random() < 0.3:
        employer.renewal_asked_at = timezone.now() - timedelta(days=rng.randint(0, 4))
    elif 0.96 < draw < 0.964:
        employer.state, employer.state_reason = VerificationState.SUSPENDED, "投诉收取费用，正在核查"


def load_verification(
    employers: Sequence[Employer], operator: User, with_account: Sequence[int], rng: random.Random
) -> None:
    """Load what belongs to the verification of the saved employers.

    `with_account`: veterans with an account, as primary keys.
    """
    _load_recruiters(employers, rng)
    _load_decisions(employers, operator)
    pending = [employer for employer in employers if employer.state == VerificationState.PENDING]
    for number, employer in enumerate([employers[0], *pending[:_WITH_DOCUMENTS]]):
        _upload_documents(employer, complete=number % 3 != 2)
    _load_profile_changes(employers)
    _load_hidden_records(employers, with_account, rng)


def _load_recruiters(employers: Sequence[Employer], rng: random.Random) -> None:
    """Load a recruiter of the first and of every fourth larger employer."""
    larger_employers = [
        e for e in employers[1:] if e.size_band in {"medium", "large"} and rng.random() < 0.25
    ]
    users = [new_user(logins.RECRUITER.phone, logins.RECRUITER.name)]
    users += [new_user(str(19_930_000_000 + number), "招聘专员") for number in range(len(larger_employers))]
    insert(User, users, total=len(users), label="recruiters")
    rows = [
        EmployerMembership(user=user, employer=employer, role=EmployerRole.RECRUITER)
        for user, employer in zip(users, [employers[0], *larger_employers], strict=True)
    ]
    insert(EmployerMembership, rows, total=len(rows), label="recruiters' memberships")


def _load_decisions(employers: Sequence[Employer], operator: User) -> None:
    steps = [_verify_step(employer, operator) for employer in employers if employer.verified_at]
    steps += [
        VerificationStep(
            employer=employer,
            kind=StepKind.SUSPEND,
            from_state=VerificationState.VERIFIED,
            to_state=VerificationState.SUSPENDED,
            reason=employer.state_reason,
            until=employer.verified_until,
            by=operator,
            at=timezone.now() - timedelta(days=1),
        )
        for employer in employers
        if employer.state == VerificationState.SUSPENDED
    ]
    insert(VerificationStep, steps, total=len(steps), label="decisions about employers")
    bases = [
        VerificationBasis(
            employer=step.employer,
            step=step,
            kind=kind,
            seen_on=timezone.localdate(step.at),
            seen_by=operator,
        )
        for step in steps
        if step.kind == StepKind.VERIFY
        for kind in (
            *_CHECKED_KINDS[: 2 + step.employer_id % 3],
            *([DocumentKind.PERMIT] * step.employer.is_agency),
        )
    ]
    insert(VerificationBasis, bases, total=len(bases), label="bases of verifications")


def _verify_step(employer: Employer, operator: User) -> VerificationStep:
    assert isinstance(employer.verified_at, datetime)
    return VerificationStep(
        employer=employer,
        kind=StepKind.VERIFY,
        from_state=VerificationState.PENDING,
        to_state=VerificationState.VERIFIED,
        until=employer.verified_until,
        by=operator,
        at=employer.verified_at,
    )


def _upload_documents(employer: Employer, *, complete: bool) -> None:
    """Upload images with the name of their kind, as the employer's owner."""
    owner = employer.memberships.select_related("user").order_by("pk")[0].user
    for kind in (
        DocumentKind.LICENCE,
        DocumentKind.RECRUITMENT_BROCHURE,
        *([DocumentKind.AUTHORISATION] if complete else []),
    ):
        content = _draw_document(f"DEMO {kind.value.upper()}\n{employer.uscc}")
        upload = Upload(content, "image/png")
        with create_document(
            owner_type=OwnerType.EMPLOYER, owner_id=employer.pk, kind=kind, upload=upload, by=owner
        ):
            pass


def _draw_document(text: str) -> bytes:
    image = Image.new("RGB", (640, 440), "#fbfaf3")
    pen = ImageDraw.Draw(image)
    pen.rectangle((16, 16, 623, 423), outline="#a8231c", width=4)
    pen.multiline_text((60, 80), text, fill="#18211c", spacing=16, font_size=28)
    pen.ellipse((470, 270, 590, 390), outline="#a8231c", width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _load_profile_changes(employers: Sequence[Employer]) -> None:
    """Load requests of two verified employers for a new name."""
    verified = [e for e in employers[1:] if e.is_verified and e.name.endswith("有限公司")]
    for employer in verified[:2]:
        ProfileChange.objects.create(
            employer=employer,
            before={"name": employer.name},
            after={"name": employer.name.replace("有限公司", "科技有限公司")},
            asked_by=employer.memberships.select_related("user").order_by("pk")[0].user,
        )


def _load_hidden_records(
    employers: Sequence[Employer], with_account: Sequence[int], rng: random.Random
) -> None:
    """Hide the records of the first person and of a few in a hundred from one employer each."""
    people = [*with_account[:1], *(number for number in with_account[1:] if rng.random() < 0.04)]
    accounts = dict(Veteran.objects.filter(pk__in=people).values_list("pk", "account"))
    rows = [
        HiddenRecord(
            veteran_id=number,
            employer=rng.choice(employers[1:]),
            hidden_by_id=accounts[number],
            hidden_at=timezone.now() - timedelta(days=rng.randint(1, 200)),
        )
        for number in people
        if accounts.get(number)
    ]
    insert(HiddenRecord, rows, total=len(rows), label="hidden records")
