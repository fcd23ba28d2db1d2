"""Races of actions on positions and on employers: worlds and rows."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.complaints.enums import ComplaintKind, Outcome
from portal.complaints.models import Complaint
from portal.core.seen_values import seal_fields, seal_whole
from portal.documents.enums import DocumentKind, OwnerType
from portal.documents.models import Document
from portal.employers.actions import PROFILE_FIELDS
from portal.employers.enums import EmployerRole, VerificationState
from portal.employers.models import (
    Employer,
    EmployerInvitation,
    EmployerMembership,
    ProfileChange,
    VerificationBasis,
    VerificationStep,
)
from portal.employers.verification import VERIFIED_FIELDS
from portal.placements.enums import HiringResult
from portal.placements.models import HiringOutcome
from portal.positions.models import Position, WordingException
from portal.positions.position_locks import content_token, review_token
from tests.factories import (
    make_employer,
    make_occupation,
    make_picture,
    make_position,
    make_staff,
    make_stations,
    make_uscc,
    make_user,
)
from tests.races.racing import Aggregate, World, row

P, PL, PW = "portal.positions.actions", "portal.positions.lifecycle", "portal.positions.wording_exceptions"
E, EV, EC = "portal.employers.actions", "portal.employers.verification", "portal.employers.profile_changes"
ED, EM = "portal.employers.employer_documents", "portal.employers.members"
BASIS = "矿山井下作业，女职工禁忌从事的劳动范围"


def staff(name: str = "市级业务员") -> Any:
    return make_staff(make_stations()["江门市"], StationRole.OPERATOR, name=name)


# --- positions ---------------------------------------------------------------------------------------------
def build_position(state: str) -> World:
    member, now = make_user("招聘专员"), timezone.now()
    employer = make_employer(member=member)
    dates: dict[str, Any] = {"published_at": now - timedelta(days=50), "expires_at": now + timedelta(days=10)}
    states: dict[str, dict[str, Any]] = {
        "draft": {"state": "draft"},
        "in_review": {"state": "in_review", "submitted_at": now},
        "refused": {"state": "refused", "refused_reason": "太笼统"},
        "open": {"state": "open", **dates},
        "paused": {"state": "paused", **dates},
        "filled": {"state": "filled", **dates},
        "full": {"state": "filled", "filled_by_count": True, **dates},
        "expired": {"state": "expired", **dates, "expires_at": now - timedelta(days=1)},
        "excusable": {"state": "in_review", "legal_basis": BASIS, "requirements": "限男性"},
        "excused": {"state": "in_review", "legal_basis": BASIS, "requirements": "限男性"},
    }
    position = make_position(
        employer=employer, is_open=False, external_id="A-1", occupation_certainty=0.5, **states[state]
    )
    reviewer, second = staff("初审"), staff("复核")
    if state == "excused":
        WordingException.objects.create(
            position=position, basis=BASIS, phrases=["限男性"], approved_by=second, approved_at=now
        )
    occupation = make_occupation("4-07-05-01", "保安员")
    return World(
        member=member, employer=employer, position=position, reviewer=reviewer, second=second,
        occupation=occupation, region=employer.region,
    )  # fmt: skip


def _position(action: str, start: str, by: str = "member", **values: Any) -> Any:
    readers = {name: (lambda w, value=value: value) for name, value in values.items()}
    return row(action, start, position=lambda w: w("position"), by=lambda w: w(by), **readers)


def _new(action: str, **values: Any) -> Any:
    readers = {name: (lambda w, value=value: value) for name, value in values.items()}
    return row(
        action, "draft", employer=lambda w: w("employer"), by=lambda w: w("member"),
        title=lambda w: "保安员", pay_from=lambda w: Decimal(4000), pay_to=lambda w: Decimal(5000),
        region=lambda w: w("region"), duties=lambda w: "负责小区巡逻。", occupation=lambda w: w("occupation"),
        headcount=lambda w: 2, **readers,
    )  # fmt: skip


POSITIONS = Aggregate(
    "position",
    [
        _new(f"{P}.draft"),
        row(
            f"{P}.edit", "open", position=lambda w: w("position"), by=lambda w: w("member"),
            seen_token=lambda w: content_token(w("position")),
            title=lambda w: "货运司机", headcount=lambda w: 4,
        ),
        row(
            f"{P}.edit", "in_review", position=lambda w: w("position"), by=lambda w: w("member"),
            seen_token=lambda w: content_token(w("position")),
            duties=lambda w: "负责装卸。", headcount=lambda w: 5,
        ),
        _position(f"{P}.submit", "draft"),
        row(
            f"{P}.approve", "in_review", position=lambda w: w("position"), by=lambda w: w("reviewer"),
            seen_token=lambda w: review_token(w("position")),
        ),
        row(
            f"{P}.refuse", "in_review", position=lambda w: w("position"), by=lambda w: w("second"),
            reason=lambda w: "太笼统", seen_token=lambda w: review_token(w("position")),
        ),
        _position(f"{P}.take_down", "open", "reviewer", reason="有投诉"),
        _position(f"{P}.withdraw", "open"),
        _position(f"{P}.pause", "open"),
        _position(f"{P}.mark_filled", "open"),
        _position(f"{PL}.resume", "paused"),
        _position(f"{PL}.reopen", "filled"),
        _position(f"{PL}.renew", "open"),
        _position(f"{PL}.renew", "expired"),
        _position(f"{PL}.raise_headcount", "full", headcount=9),
        _position(f"{PL}.close_filled", "open"),
        _position(f"{PL}.reopen_vacant", "full"),
        _position(f"{PL}.record_vacancy", "full"),
        _position(f"{PL}.copy_position", "open"),
        row(
            f"{PL}.set_occupation", "open", position=lambda w: w("position"), by=lambda w: w("member"),
            occupation=lambda w: w("occupation"),
        ),
        _position(f"{PW}.approve_exception", "excusable", "reviewer"),
        _position(f"{PW}.confirm_exception", "excused", "reviewer"),
        _position("portal.positions.bulk_review.confirm_and_approve", "excused", "reviewer"),
        row(
            "portal.positions.duplicates.record_distinct", "draft", position=lambda w: w("position"),
            by=lambda w: w("member"), similar=lambda w: [],
        ),
        _position("portal.positions.duplicates.submit_unless_duplicate", "refused"),
        _new("portal.positions.integrator_writes.create", token=1),
        _new("portal.positions.integrator_writes.create_or_change", token=1, external_id="A-1"),
        _new("portal.positions.integrator_writes.create_or_change", token=1, external_id="A-2"),
        _position("portal.positions.integrator_writes.change", "paused", token=1, title="送货司机"),
        _position("portal.positions.integrator_writes.take_step", "open", token=1, name="pause"),
        row(
            "portal.placements.hiring_outcomes.record_outcome", "filled", position=lambda w: w("position"),
            by=lambda w: w("member"), result=lambda w: HiringResult.NOT_FILLED, reason=lambda w: "工资低",
        ),
        row(
            "portal.complaints.actions.report", "open", position=lambda w: w("position"),
            by=lambda w: w("second"), kind=lambda w: ComplaintKind.FEE, text=lambda w: "收押金",
        ),
        # Across aggregates: the employer loses its verification, or its facts change.
        row(
            f"{EV}.suspend", "in_review", employer=lambda w: w("employer"), by=lambda w: w("reviewer"),
            reason=lambda w: "投诉待查",
        ),
        row(
            f"{E}.update_profile", "in_review", employer=lambda w: w("employer"), by=lambda w: w("member"),
            address=lambda w: "新路1号",
        ),
    ],
    [Position, WordingException, HiringOutcome, Complaint, Employer],
    build_position,
)  # fmt: skip


# --- complaints --------------------------------------------------------------------------------------------
def build_complaint(state: str) -> World:
    world, reporter = build_position("open"), make_user("求职者")
    complaint = Complaint.objects.create(
        position=world("position"), reporter=reporter, kind=ComplaintKind.FEE, text="收押金",
        due_on=timezone.localdate() + timedelta(days=5),
    )  # fmt: skip
    return World(**world.rows, complaint=complaint, reporter=reporter)


def _answer(by: str, outcome: Outcome) -> Any:
    return row(
        "portal.complaints.actions.answer", "reported", complaint=lambda w: w("complaint"),
        by=lambda w: w(by), outcome=lambda w: outcome, words=lambda w: "已核实", told=lambda w: "请改正",
    )  # fmt: skip


COMPLAINTS = Aggregate(
    "complaint",
    [
        _answer("reviewer", Outcome.TAKEN_DOWN),
        _answer("second", Outcome.WARNED),
        row(
            "portal.complaints.actions.report", "reported", position=lambda w: w("position"),
            by=lambda w: w("second"), kind=lambda w: ComplaintKind.PAY, text=lambda w: "工资不符",
        ),
    ],
    [Complaint, Position],
    build_complaint,
)  # fmt: skip


# --- employers ---------------------------------------------------------------------------------------------
def build_employer(state: str) -> World:
    owner, second_owner, guest = make_user("王经理"), make_user("李经理"), make_user("新成员")
    today = timezone.localdate()
    states: dict[str, dict[str, Any]] = {
        "pending": {"verified": False},
        "refused": {"verified": False, "state": VerificationState.REFUSED, "state_reason": "材料不清"},
        "verified": {"verified_until": today + timedelta(days=100)},
        "ending": {"verified_until": today + timedelta(days=10)},
        "renewing": {"verified_until": today + timedelta(days=10), "renewal_asked_at": timezone.now()},
        "suspended": {"state": VerificationState.SUSPENDED, "state_reason": "投诉待查"},
        "changing": {},
    }
    employer = make_employer(member=owner, **states[state])
    membership = EmployerMembership.objects.create(
        user=second_owner, employer=employer, role=EmployerRole.OWNER
    )
    invitation = EmployerInvitation.objects.create(
        employer=employer, phone=guest.phone, phone_hash=guest.phone_hash, role=EmployerRole.RECRUITER,
        invited_by=owner, invited_at=timezone.now(), expires_at=timezone.now() + timedelta(days=9),
    )  # fmt: skip
    document = Document.objects.create(
        owner_type=OwnerType.EMPLOYER, owner_id=employer.pk, kind=DocumentKind.RECRUITMENT_BROCHURE,
        media_type="image/png", size=9, sha256="0" * 64, uploaded_by=owner,
    )  # fmt: skip
    rows: dict[str, Any] = {}
    if state == "changing":
        rows["change"] = ProfileChange.objects.create(
            employer=employer, before={"name": employer.name}, after={"name": "江门市新名有限公司"},
            asked_by=owner,
        )  # fmt: skip
    return World(
        owner=owner, second_owner=second_owner, guest=guest, employer=employer, membership=membership,
        invitation=invitation, document=document, reviewer=staff("初审"), second=staff("复核"),
        region=employer.region, station=employer.station, other=make_stations()["江门市"], **rows,
    )  # fmt: skip


def _employer(action: str, start: str, by: str = "reviewer", **values: Any) -> Any:
    readers = {name: (lambda w, value=value: value) for name, value in values.items()}
    return row(action, start, employer=lambda w: w("employer"), by=lambda w: w(by), **readers)


def _profile(start: str, by: str, **values: Any) -> Any:
    readers = {name: (lambda w, value=value: value) for name, value in values.items()}
    return row(
        f"{E}.update_profile", start, employer=lambda w: w("employer"), by=lambda w: w(by),
        seen_token=lambda w: seal_fields(w("employer"), [*PROFILE_FIELDS, "contact_phone"]), **readers,
    )  # fmt: skip


def _change(action: str, **values: Any) -> Any:
    readers = {name: (lambda w, value=value: value) for name, value in values.items()}
    return row(action, "changing", change=lambda w: w("change"), by=lambda w: w("reviewer"), **readers)


LICENCE = [DocumentKind.LICENCE]
PICTURE = make_picture()
EMPLOYERS = Aggregate(
    "employer",
    [
        row(
            f"{E}.hand_over_employers", "verified", station=lambda w: w("station"), into=lambda w: w("other"),
            by=lambda w: w("reviewer"),
        ),
        row(
            f"{E}.register", "verified", by=lambda w: w("guest"), uscc=lambda w: make_uscc(4711),
            region=lambda w: w("region"), contact_phone=lambda w: "13800000001", name=lambda w: "江门市新店",
            industry=lambda w: "G", size_band=lambda w: "small", nature=lambda w: "private",
            address=lambda w: "演示路2号", contact_person=lambda w: "陈经理",
        ),
        _profile("pending", "owner", name="江门市甲有限公司", address="演示路3号"),
        _profile("refused", "second_owner", name="江门市乙有限公司", contact_phone="13800000002"),
        _profile("verified", "owner", name="江门市丙有限公司", introduction="做物流。"),
        row(
            f"{EV}.verify", "pending", employer=lambda w: w("employer"), by=lambda w: w("reviewer"),
            checked_kinds=lambda w: LICENCE, seen_token=lambda w: seal_whole(w("employer"), VERIFIED_FIELDS),
        ),
        _employer(f"{EV}.refuse", "pending", "second", reason="材料不清"),
        _employer(f"{EV}.suspend", "verified", reason="投诉待查"),
        _employer(f"{EV}.lift", "suspended", reason="查无此事"),
        _employer(f"{EV}.request_renewal", "ending", "owner"),
        _employer(f"{EV}.return_renewal", "renewing", reason="材料过期"),
        _employer(f"{EC}.request_change", "verified", "owner", after={"name": "江门市丁有限公司"}),
        _employer(f"{EC}.withdraw_change", "changing", "owner"),
        _change(f"{EC}.accept_change", checked_kinds=LICENCE),
        _change(f"{EC}.refuse_change", reason="材料不清"),
        _employer(f"{ED}.add_document", "pending", "owner", kind=DocumentKind.LICENCE, content=PICTURE),
        row(f"{ED}.remove_document", "pending", document=lambda w: w("document"), by=lambda w: w("owner")),
        row(
            f"{ED}.judge_document", "pending", document=lambda w: w("document"), by=lambda w: w("reviewer"),
            accepted=lambda w: False, reason=lambda w: "看不清",
        ),
        _employer(f"{EM}.invite", "pending", "owner", phone="13800000003", role=EmployerRole.RECRUITER),
        row(f"{EM}.accept", "pending", invitation=lambda w: w("invitation"), by=lambda w: w("guest")),
        row(f"{EM}.decline", "pending", invitation=lambda w: w("invitation"), by=lambda w: w("guest")),
        row(
            f"{EM}.withdraw_invitation", "pending", invitation=lambda w: w("invitation"),
            by=lambda w: w("owner"),
        ),
        row(
            f"{EM}.change_role", "pending", membership=lambda w: w("membership"), by=lambda w: w("owner"),
            role=lambda w: EmployerRole.RECRUITER,
        ),
        row(
            f"{EM}.remove", "pending", membership=lambda w: w("membership"), by=lambda w: w("second_owner")
        ),
        row(
            f"{EM}.remove", "pending", by=lambda w: w("second_owner"),
            membership=lambda w: w("employer").memberships.get(user=w("owner")),
        ),
    ],
    [
        Employer, EmployerMembership, EmployerInvitation, ProfileChange, VerificationStep, VerificationBasis,
        Document,
    ],
    build_employer,
)  # fmt: skip
