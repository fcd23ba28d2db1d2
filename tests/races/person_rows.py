"""Races of actions on records, placements, follow-ups and answers: worlds and rows."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import AccessLog, Consent, User
from portal.confirmations.actions import AnswerData
from portal.confirmations.enums import Question, Reply, Side
from portal.confirmations.links import create_veteran_link
from portal.confirmations.models import Answer, ConfirmationLink, Contradiction
from portal.core.encryption import hash_id_number
from portal.core.seen_values import seal_fields
from portal.documents.enums import DocumentKind, OwnerType
from portal.documents.models import Document
from portal.employers.models import HiddenRecord
from portal.follow_ups.enums import AbsenceReason, AttemptOutcome, FollowUpKind
from portal.follow_ups.models import Absence, FollowUp, FollowUpAttempt
from portal.placements import actions as placements
from portal.placements.models import Placement, PlacementTransition
from portal.veterans import record_closing, record_merges
from portal.veterans.enums import CloseReason
from portal.veterans.models import (
    Certificate,
    RecordClaim,
    RecordMerge,
    RecordMove,
    Service,
    Veteran,
    Wish,
    WorkHistory,
)
from portal.visits.actions import record_visit
from portal.visits.enums import VisitMethod
from portal.visits.models import ReturnRegistration, Visit
from tests.factories import (
    make_employer,
    make_id_number,
    make_picture,
    make_position,
    make_specialty,
    make_stations,
    make_user,
    make_veteran,
)
from tests.races.employer_rows import staff
from tests.races.racing import Aggregate, World, row

V, VC, VM = "portal.veterans.actions", "portal.veterans.record_closing", "portal.veterans.record_merges"
VD, VI = "portal.veterans.veteran_documents", "portal.visits.actions"
PA, CO, FU = "portal.placements.actions", "portal.confirmations", "portal.follow_ups"
TODAY = timezone.localdate()
PICTURE = make_picture()
NEW_NUMBER = make_id_number(serial=987)


def _on(name: str, action: str, start: str, by: str, **values: Any) -> Any:
    """Return a row about the row `name` of the world, whose parameter is named alike."""
    readers = {key: (lambda w, value=value: value) for key, value in values.items()}
    return row(action, start, **{name: lambda w: w(name)}, by=lambda w: w(by), **readers)


def _id_number_of(user: User) -> str:
    """Return an ID number that belongs to this user in every example."""
    return make_id_number(date(1980, 1, 1) + timedelta(days=user.pk // 1000), user.pk)


# --- records -----------------------------------------------------------------------------------------------
def build_record(state: str) -> World:
    stations, person, claimant = make_stations(), make_user("陈建国"), make_user("陈建国")
    clerk, head = staff("甲"), staff("乙")
    veteran = make_veteran(
        account=person, specialties=("driver",), certificates=("driving_a2",), wish={"text": "开车"}
    )
    twin = make_veteran(phone=claimant.phone, phone_hash=claimant.phone_hash)
    newcomer, employer = make_user("梁伟强"), make_employer()
    unclaimed = make_veteran(
        name=newcomer.name, phone=newcomer.phone, phone_hash=newcomer.phone_hash,
        id_hash=hash_id_number(_id_number_of(newcomer)),
    )  # fmt: skip
    Consent.objects.create(user=person, purpose=ConsentPurpose.MATCHING, wording="同意")
    document = Document.objects.create(
        owner_type=OwnerType.VETERAN, owner_id=veteran.pk, kind=DocumentKind.OTHER, media_type="image/png",
        size=9, sha256="0" * 64, uploaded_by=person,
    )  # fmt: skip
    rows: dict[str, Any] = {
        "person": person, "claimant": claimant, "clerk": clerk, "head": head, "veteran": veteran,
        "twin": twin, "newcomer": newcomer, "unclaimed": unclaimed, "employer": employer,
        "document": document, "station": stations["睦洲镇"], "town": stations["司前镇"],
        "claim": RecordClaim.objects.create(veteran=twin, user=claimant),
        "job": WorkHistory.objects.create(veteran=veteran, employer_name="某厂", title="司机", years=2),
        "visit": record_visit(
            veteran=veteran, by=clerk, held_on=TODAY, method=VisitMethod.HOME, reached=True
        ),
    }  # fmt: skip
    if state == "hidden":
        HiddenRecord.objects.create(veteran=veteran, employer=employer, hidden_by=person)
    if state in {"closed", "old"}:
        record_closing.close_record(veteran=veteran, by=head, reason=CloseReason.MOVED)
    if state == "old":
        Veteran.objects.filter(pk=veteran.pk).update(closed_on=date(1990, 1, 1))
    if state == "merged":
        rows["merge"] = record_merges.merge_records(target=veteran, source=twin, by=head)
    return World(**rows)


def _record(action: str, by: str = "clerk", start: str = "plain", **values: Any) -> Any:
    return _on("veteran", action, start, by, **values)


def _update(section: str, by: str, start: str = "plain", **values: Any) -> Any:
    return row(
        f"{V}.update_record", start, veteran=lambda w: w("veteran"), by=lambda w: w(by),
        section=lambda w: section, values=lambda w: values,
        seen_token=lambda w: seal_fields(w("veteran"), values),
    )  # fmt: skip


RECORDS = Aggregate(
    "record",
    [
        row(
            f"{V}.open_record", "plain", by=lambda w: w("clerk"), station=lambda w: w("station"),
            name=lambda w: "黄志明", id_number=lambda w: NEW_NUMBER, phone=lambda w: "13800000011",
        ),
        _update("identity", "person", name="陈建军", phone="13800000012"),
        _update("identity", "clerk", name="陈建华", address="睦洲镇新沙路6号"),
        _update("skills", "clerk", major="汽修", skills="会修柴油机"),
        _record(f"{V}.set_services", services=[("driver", 3)]),
        _record(f"{V}.set_certificates", "person", kinds=["driving_c1"]),
        _record(f"{V}.set_certificate_details", details={"driving_a2": {"grade": "中级"}}),
        _record(f"{V}.add_work_history", "person", employer_name="某店", title="店员", years=1),
        row(
            f"{V}.remove_work_history", "plain", veteran=lambda w: w("veteran"), by=lambda w: w("person"),
            job=lambda w: w("job"),
        ),
        _record(f"{V}.set_wish", "person", text="保安"),
        _record(f"{V}.reveal", field="phone", reason="回访联系"),
        row(
            "portal.veterans.record_claims.claim_record", "plain", by=lambda w: w("newcomer"),
            id_number=lambda w: _id_number_of(w("newcomer")),
        ),
        row(
            f"{VC}.close_record", "plain", veteran=lambda w: w("unclaimed"), by=lambda w: w("head"),
            reason=lambda w: CloseReason.MOVED,
        ),
        _on("claim", "portal.veterans.record_claims.decide_claim", "plain", "clerk", accepted=True),
        _on(
            "claim", "portal.veterans.record_claims.decide_claim", "plain", "head", accepted=False,
            reason="不是本人",
        ),
        _on("claim", "portal.veterans.record_claims.withdraw_claim", "plain", "claimant"),
        _record(f"{VC}.close_record", "head", reason=CloseReason.MOVED),
        _record(f"{VC}.reopen_record", "head", "closed"),
        _record(f"{VC}.anonymise_record", "head", "old"),
        row(
            f"{VM}.merge_records", "plain", target=lambda w: w("veteran"), source=lambda w: w("twin"),
            by=lambda w: w("head"),
        ),
        row(
            f"{VM}.merge_records", "plain", target=lambda w: w("twin"), source=lambda w: w("veteran"),
            by=lambda w: w("clerk"),
        ),
        _on("merge", f"{VM}.undo_merge", "merged", "head"),
        row(
            "portal.veterans.record_moves.move_records", "plain", records=lambda w: Veteran.objects.all(),
            station=lambda w: w("station"), into=lambda w: w("town"), on=lambda w: TODAY,
            reason=lambda w: "lives", by=lambda w: w("head"),
        ),
        _record(f"{VD}.add_document", "person", kind=DocumentKind.OTHER, content=PICTURE),
        _on("document", f"{VD}.judge_document", "plain", "clerk", accepted=True),
        _on("document", f"{VD}.remove_document", "plain", "person"),
        row(
            "portal.employers.hidden_records.hide", "plain", veteran=lambda w: w("veteran"),
            employer=lambda w: w("employer"), by=lambda w: w("person"),
        ),
        row(
            "portal.employers.hidden_records.show_again", "hidden", veteran=lambda w: w("veteran"),
            employer=lambda w: w("employer"), by=lambda w: w("person"),
        ),
        _record(f"{VI}.record_visit", held_on=TODAY, method=VisitMethod.PHONE, reached=True),
        _on(
            "visit", f"{VI}.correct_visit", "plain", "clerk", reason="记错了", held_on=TODAY,
            method=VisitMethod.PHONE, reached=False,
        ),
        _record(
            f"{VI}.register_return", left_on=TODAY - timedelta(days=20), documents=["id_card"], needs=[],
            fields={},
        ),
        _record(
            f"{FU}.absences.record_absence", reason=AbsenceReason.ILL, until=TODAY + timedelta(days=9)
        ),
    ],
    [
        Veteran, Wish, Service, Certificate, WorkHistory, RecordClaim, RecordMerge, RecordMove, Document,
        HiddenRecord, Visit, ReturnRegistration, Consent, Absence, AccessLog,
    ],
    build_record,
)  # fmt: skip


# --- placements --------------------------------------------------------------------------------------------
def build_placement(state: str) -> World:
    make_specialty()
    person, member = make_user("陈建国"), make_user("招聘专员")
    clerk, head = staff("甲"), staff("乙")
    veteran, twin = make_veteran(account=person), make_veteran()
    employer = make_employer(member=member)
    position = make_position(employer=employer, headcount=2)
    other = make_position(employer=employer, title="保安员")
    placement = placements.declare(veteran=veteran, position=position, by=clerk)
    placements.declare(veteran=twin, position=position, by=clerk)  # a merge leaves one of the two
    first_day = TODAY - timedelta(days=40)
    steps = {"intended": [], "offered": ["offer"], "onboarded": ["offer", "onboard"], "shared": []}.get(
        state, []
    )
    for step in steps:
        placements.advance(placement=placement, step=step, by=clerk, on=first_day)
    rows: dict[str, Any] = {}
    if state == "lapsed":
        elsewhere = placements.declare(veteran=veteran, position=other, by=clerk)
        placements.advance(placement=elsewhere, step="offer", by=clerk, on=first_day)
        placements.advance(placement=elsewhere, step="onboard", by=clerk, on=first_day, close_others=True)
    if state == "stepped":
        placements.advance(placement=placement, step="interview", by=clerk)
    placements.confirm(placement=placement, by=person)
    if state == "shared":
        rows["consent"] = Consent.objects.create(
            user=person, purpose=ConsentPurpose.EMPLOYER_CONTACT, wording="同意", subject=employer.uscc
        )
    follow_up = FollowUp.objects.filter(placement=placement).order_by("pk").first()
    assert follow_up is not None
    if state == "called":
        FollowUpAttempt.objects.create(follow_up=follow_up, by=clerk, outcome=AttemptOutcome.NOT_REACHED)
        FollowUp.objects.filter(pk=follow_up.pk).update(tries=1)
    if state == "absent":
        rows["absence"] = Absence.objects.create(
            veteran=veteran, reason=AbsenceReason.ILL, until=TODAY + timedelta(days=5), by=clerk
        )
    if state == "asked":
        rows["link"], _ = create_veteran_link(placement=placement, by=clerk)
    return World(
        person=person, member=member, clerk=clerk, head=head, veteran=veteran, twin=twin, employer=employer,
        position=position, other=other, placement=placement, follow_up=follow_up, station=veteran.station,
        **rows,
    )  # fmt: skip


def _placement(action: str, start: str, by: str = "clerk", **values: Any) -> Any:
    return _on("placement", action, start, by, **values)


def _advance(step: str, start: str, by: str = "clerk", **values: Any) -> Any:
    return _placement(f"{PA}.advance", start, by, step=step, **values)


def _call(action: str, start: str, **values: Any) -> Any:
    return _on("follow_up", f"{FU}.{action}", start, "clerk", **values)


PLACEMENTS = Aggregate(
    "placement",
    [
        row(
            f"{PA}.declare", "intended", veteran=lambda w: w("veteran"), position=lambda w: w("other"),
            by=lambda w: w("clerk"),
        ),
        _placement(f"{PA}.confirm", "intended", "member"),
        _advance("interview", "intended"),
        _advance("offer", "intended", "head"),
        _advance("onboard", "offered", close_others=True),
        _advance("retain_1m", "onboarded"),
        _advance("leave", "onboarded", "head", note="太远", wants_another=True),
        _advance("decline_by_veteran", "intended", "head"),
        _placement(f"{PA}.correct", "onboarded", to_state="offered", reason="记错了"),
        _placement(f"{PA}.undo_last_step", "stepped"),
        _placement("portal.placements.closing.reopen_closed", "lapsed"),
        _placement("portal.placements.contacts.share_contact", "intended", "person"),
        _placement("portal.placements.contacts.withhold_contact", "shared", "person"),
        _placement("portal.placements.contacts.reveal_phone", "shared", "member"),
        _call("attempts.record_attempt", "intended", outcome=AttemptOutcome.NOT_REACHED),
        _call("attempts.record_call", "intended", outcome=AttemptOutcome.REACHED, step="interview"),
        row(
            f"{FU}.attempts.record_unreached", "intended", follow_ups=lambda w: [w("follow_up")],
            by=lambda w: w("clerk"),
        ),
        _call("attempts.reverse_attempt", "called"),
        row(
            f"{FU}.assignment.assign_follow_up", "intended", follow_up=lambda w: w("follow_up"),
            clerk=lambda w: w("clerk"), by=lambda w: w("head"),
        ),
        row(
            f"{FU}.assignment.assign_follow_ups", "intended", follow_ups=lambda w: [w("follow_up")],
            clerk=lambda w: w("head"), by=lambda w: w("head"),
        ),
        _placement(
            f"{FU}.scheduling.open_follow_up", "intended", kind=FollowUpKind.AGAIN,
            due_on=TODAY + timedelta(days=3),
        ),
        _on("absence", f"{FU}.absences.end_absence", "absent", "clerk"),
        row(
            f"{FU}.absences.record_absence", "intended", veteran=lambda w: w("veteran"),
            by=lambda w: w("clerk"), reason=lambda w: AbsenceReason.ILL,
            until=lambda w: TODAY + timedelta(days=200),
        ),
        row(
            f"{CO}.actions.record_answer", "intended", placement=lambda w: w("placement"),
            by=lambda w: w("person"), side=lambda w: Side.VETERAN,
            data=lambda w: AnswerData(Reply.INTERVIEWED, day=TODAY),
        ),
        row(
            f"{CO}.actions.record_answer", "intended", placement=lambda w: w("placement"),
            by=lambda w: w("member"), side=lambda w: Side.EMPLOYER,
            data=lambda w: AnswerData(Reply.INTERVIEWED, day=TODAY),
        ),
        row(
            f"{CO}.actions.submit_answers", "asked", link=lambda w: w("link"), by=lambda w: w("person"),
            answers=lambda w: {w("placement").pk: AnswerData(Reply.NOT_YET)},
        ),
        _placement(f"{CO}.links.create_veteran_link", "intended"),
        row(
            f"{CO}.links.create_employer_link", "intended", employer=lambda w: w("employer"),
            question=lambda w: Question.PROGRESS, placements=lambda w: [w("placement")],
            by=lambda w: w("clerk"),
        ),
        _on("link", f"{CO}.links.revoke_link", "asked", "clerk"),
        # Across aggregates: the record is closed, hidden or moved; the position or the employer goes.
        _on("veteran", f"{VC}.close_record", "intended", "head", reason=CloseReason.DIED),
        row(
            f"{VM}.merge_records", "intended", target=lambda w: w("twin"), source=lambda w: w("veteran"),
            by=lambda w: w("head"),
        ),
        row(
            f"{VM}.merge_records", "onboarded", target=lambda w: w("veteran"), source=lambda w: w("twin"),
            by=lambda w: w("head"),
        ),
        row(
            "portal.employers.hidden_records.hide", "intended", veteran=lambda w: w("veteran"),
            employer=lambda w: w("employer"), by=lambda w: w("person"),
        ),
        _on("position", "portal.positions.actions.withdraw", "intended", "member"),
        _on("position", "portal.positions.actions.mark_filled", "intended", "member"),
        _on("position", "portal.positions.lifecycle.raise_headcount", "intended", "member", headcount=4),
        _on("employer", "portal.employers.verification.suspend", "intended", "head", reason="投诉待查"),
        _on("consent", "portal.accounts.actions.withdraw_consent", "shared", "person"),
    ],
    [
        Placement, PlacementTransition, FollowUp, FollowUpAttempt, Absence, Answer, Contradiction,
        ConfirmationLink, Consent, Veteran, HiddenRecord, AccessLog,
    ],
    build_placement,
)  # fmt: skip
