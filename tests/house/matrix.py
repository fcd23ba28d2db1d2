"""Route matrix: one row for each route of the portal, one column for each kind of reader.

A reader is named '<role> <place>': each station role at the station that owns everything in this small world
(own), at the one below, beside and above it; then the people without a post. tests/house/test_matrix.py asks
every route as every reader.

Over 400 lines because every route has its row here.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from cms.site_setup import setup_site
from portal.accounts.enums import ConsentPurpose
from portal.accounts.feed_tokens import create_feed_token
from portal.accounts.models import Appointment
from portal.accounts.roles import Permission, StationRole, roles_with
from portal.api_tokens.actions import issue
from portal.api_tokens.enums import TokenScope
from portal.complaints import actions as complaints
from portal.complaints.enums import ComplaintKind
from portal.confirmations import links
from portal.core.reference import load_reference
from portal.documents.enums import DocumentKind
from portal.employers import members
from portal.employers.employer_documents import add_document as add_employer_document
from portal.employers.enums import EmployerRole
from portal.employers.hidden_records import hide
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth, DoorShift
from portal.follow_ups.absences import record_absence
from portal.follow_ups.covers import arrange_cover
from portal.follow_ups.enums import AbsenceReason
from portal.notifications.actions import notify
from portal.notifications.enums import NotificationKind
from portal.placements import actions as placements
from portal.positions.enums import PositionState
from portal.ranking import ranking_index
from portal.veterans.record_merges import merge_records
from portal.veterans.veteran_documents import add_document
from portal.visits import actions as visits
from portal.visits.enums import Need, ReturnDocument
from search import saved_searches
from search.params import SearchParams
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_picture,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)
from tests.imports.record_imports import person, take_in, workbook_of
from tests.positions import position_imports

PLACES = {"own": "睦洲镇", "below": "南安村", "beside": "司前镇", "above": "新会区"}
SERVES = ("own", "above")
PERSON = "欧阳甲子"
PHONE = "13911112222"
LAST4 = "971X"
# Search terms that match nobody: nobody's.
DECOYS = {PERSON: "欧阳乙丑", PHONE: "13911113333"}


class World:
    """Everything belongs to 睦洲镇, to one veteran and to one employer; everybody else looks on."""

    def __init__(self) -> None:
        load_reference()
        stations = make_stations()
        setup_site()
        own = stations[PLACES["own"]]
        self.veteran_user = make_user(PERSON, phone=PHONE)
        self.member = make_user("单位经办")
        self.recruiter = make_user("招聘专员")
        self.rival = make_user("对手经办")
        self.stranger = make_user("路人")
        self.volunteer = make_user("志愿者")
        self.claimant = make_user("认领人")
        self.other_user = make_user("另一人")
        self.former = make_user("前工作人员")
        today = timezone.localdate()
        Appointment.objects.create(
            user=self.former,
            station=own,
            role=StationRole.CLERK,
            starts_on=today - timedelta(days=300),
            ends_on=today - timedelta(days=7),
        )
        self.staff = {
            f"{role} {place}": make_staff(stations[name], StationRole(role), name=f"{role}{place}")
            for role in StationRole.values
            for place, name in PLACES.items()
        }
        self.station = own
        self.appointment = self.staff["clerk own"].appointments.get()
        self.veteran = make_veteran(
            station=own,
            name=PERSON,
            account=self.veteran_user,
            id_last4=LAST4,
            specialties=("driver",),
            wish={},
        )
        for purpose in (ConsentPurpose.MATCHING, ConsentPurpose.EMPLOYER_CARD):
            self.veteran_user.consents.create(purpose=purpose, wording="告知内容")
        self.other = make_veteran(station=stations["司前镇"], name="邻镇人", account=self.other_user)
        self.job = self.veteran.work_history.create(employer_name="某公司", title="司机")
        self.employer = make_employer(member=self.member, station=own)
        self.rival_employer = make_employer(member=self.rival)
        self.membership = self.employer.memberships.create(user=self.recruiter, role=EmployerRole.RECRUITER)
        self.invitation = members.invite(
            employer=self.employer,
            by=self.member,
            phone=self.claimant.phone,
            role=EmployerRole.RECRUITER,
        )
        self.employer_document = add_employer_document(
            employer=self.employer, by=self.member, kind=DocumentKind.LICENCE, content=make_picture()
        )
        self.employer_hidden_from = make_employer(name="被屏蔽有限公司")
        self.position = make_position(employer=self.employer)
        self.draft = make_position(employer=self.employer, is_open=False, state=PositionState.IN_REVIEW)
        self.closed_position = make_position(employer=self.employer, state=PositionState.FILLED)
        self.fair = make_fair(organiser=own)
        self.booth = make_booth(self.fair, self.position)
        waiting_employer = make_employer(name="等待展位有限公司", station=own)
        self.asked_booth = Booth.objects.create(
            fair=self.fair, employer=waiting_employer, state=BoothState.REQUESTED
        )
        DoorShift.objects.create(fair=self.fair, user=self.volunteer, day=today)
        self.registration = make_registration(self.fair, self.veteran)
        self.placement = placements.declare(
            veteran=self.veteran, position=self.position, by=self.staff["clerk own"], fair=self.fair
        )
        self.follow_up = self.placement.follow_ups.get_queryset()[0]
        self.feed = create_feed_token(by=self.staff["clerk own"])[1]
        self.absence = record_absence(
            veteran=self.veteran, reason=AbsenceReason.TRAINING, until=today, by=self.staff["clerk own"]
        )
        self.cover = arrange_cover(
            clerk=self.staff["clerk own"],
            cover=self.staff["head own"],
            starts_on=today,
            ends_on=today + timedelta(days=2),
            by=self.staff["clerk own"],
        )
        self.record_import = take_in(self.staff["clerk own"], workbook_of(person(name=PERSON, phone="1")))
        self.position_import = position_imports.take_in(
            self.member, self.employer, position_imports.workbook_of(position_imports.position_row(title=""))
        )
        self.home_coming = visits.register_return(
            by=self.staff["clerk own"],
            veteran=self.veteran,
            left_on=today,
            documents=[ReturnDocument.ID_CARD],
            needs=[Need.NONE],
            fields={},
        )
        self.visit = self.home_coming.visit
        unclaimed = make_veteran(station=own, name="未认领人", phone=self.claimant.phone)
        self.claim = unclaimed.claims.create(user=self.claimant)
        self.twin = make_veteran(station=own, name="同一人")
        hide(veteran=self.veteran, employer=self.employer_hidden_from, by=self.veteran_user)
        self.merge = merge_records(
            target=unclaimed, source=make_veteran(station=own, name="并入人"), by=self.staff["head own"]
        )
        self.veteran_document = add_document(
            veteran=self.veteran, by=self.veteran_user, kind=DocumentKind.OTHER, content=make_picture()
        )
        self.saved_search = saved_searches.save(
            by=self.veteran_user, params=SearchParams(q="司机"), name="司机"
        )
        self.notification = notify(
            user=self.veteran_user, kind=NotificationKind.SEARCH, text="有新岗位", key="matrix"
        )
        self.token, self.token_text = issue(
            by=self.member, employer=self.employer, name="招聘系统", scope=TokenScope.WRITE, days=90
        )
        self.complaint = complaints.report(
            position=self.position, by=self.stranger, kind=ComplaintKind.FEE, text="收押金"
        )
        self.link, self.secret = links.create_veteran_link(
            placement=self.placement, by=self.staff["clerk own"]
        )
        ranking_index.rebuild()
        ranking_index.rebuild_people()

    @cached_property
    def readers(self) -> dict[str, Any]:
        """Name of the reader -> user."""
        return {
            **self.staff,
            "the person": self.veteran_user,
            "another person": self.other_user,
            "the employer": self.member,
            "the recruiter": self.recruiter,
            "the rival": self.rival,
            "volunteer": self.volunteer,
            "former clerk": self.former,
            "no part": self.stranger,
            "anonymous": AnonymousUser(),
        }


def staff(roles: Collection[str], places: Collection[str] = tuple(PLACES)) -> frozenset[str]:
    return frozenset(f"{role} {place}" for role in roles for place in places)


def allowed(permission: Permission, places: Collection[str] = tuple(PLACES)) -> frozenset[str]:
    """Readers whose appointment grants `permission`; none of the places is the city's station."""
    return staff(roles_with(permission), places)


OTHERS = frozenset(
    {
        "the person",
        "another person",
        "the employer",
        "the recruiter",
        "the rival",
        "volunteer",
        "former clerk",
        "no part",
    }
)
STAFF, STAFF_HERE = staff(StationRole.values), staff(StationRole.values, SERVES)
SIGNED_IN = STAFF | OTHERS
EVERYBODY = SIGNED_IN | {"anonymous"}
FILES, FILES_HERE = allowed(Permission.OPEN_RECORDS), allowed(Permission.OPEN_RECORDS, SERVES)
REVIEWS = allowed(Permission.REVIEW_EMPLOYERS)
REVIEWS_HERE = allowed(Permission.REVIEW_EMPLOYERS, SERVES)
DESK, DESK_HERE = allowed(Permission.RUN_FAIRS), allowed(Permission.RUN_FAIRS, SERVES)
EXPORTS = allowed(Permission.EXPORT_DATA)
REPORTS = allowed(Permission.READ_REPORTS)
# An import is its uploader's alone.
THE_UPLOADING_MEMBER = frozenset({"the employer"})
THE_UPLOADER = frozenset({"clerk own"})
LEADS, LEADS_HERE = allowed(Permission.LEAD_TEAM), allowed(Permission.LEAD_TEAM, SERVES)
CLOSERS = allowed(Permission.CLOSE_RECORDS)
CLOSERS_HERE = allowed(Permission.CLOSE_RECORDS, SERVES)
APPOINTS_HERE = allowed(Permission.APPOINT_CLERKS, SERVES) | allowed(Permission.APPOINT_STAFF, SERVES)
AUDITORS = allowed(Permission.READ_LOGS)
EDITORS = allowed(Permission.WRITE_PAGES)
PERSONS = frozenset({"the person", "another person"})
THE_PERSON = frozenset({"the person"})
EMPLOYERS = frozenset({"the employer", "the recruiter", "the rival"})
THE_EMPLOYER = frozenset({"the employer", "the recruiter"})
THE_OWNER = frozenset({"the employer"})
OWNERS = frozenset({"the employer", "the rival"})
# Who may read the person's name in an answer.
KNOW_THE_PERSON = FILES_HERE | THE_PERSON


@dataclass(frozen=True, slots=True)
class Row:
    """One route: who gets in, by which method, with whose number in the address, and what to search for."""

    opens: frozenset[str]
    sample: dict[str, str] = field(default_factory=dict)  # argument -> attribute path in World
    method: str = "get"
    queries: tuple[str, ...] = ()  # asked besides the plain address
    knows: frozenset[str] = KNOW_THE_PERSON
    data: dict[str, str] = field(default_factory=dict)  # what the form sends, looked up like the sample
    dials: frozenset[str] = frozenset()  # who is told the person's phone by this very answer
    query: str = ""  # asked always
    in_file: bool = False  # the name stands in the reader's own upload, not in a record
    notes: frozenset[str] = frozenset()  # whose request writes an entry into the person's access log
    cache: str = ""  # Cache-Control for anonymous visitors; whoever is signed in gets 'private, no-store'
    impersonal: bool = False  # no answer depends on who is signed in: the header is the same for everybody


def _of(thing: str, name: str = "pk") -> dict[str, str]:
    return {name: f"{thing}.pk"}


# Pages of the sign-in, which Django's `never_cache` marks.
NEVER = "max-age=0, no-cache, no-store, must-revalidate, private"
SEARCHES = (f"q={PERSON}", f"q={PHONE}", f"q={LAST4}")
NAME_SEARCHES = (f"name={PERSON}",)

MATRIX: dict[str, Row] = {
    # --- the person's own floor
    "me/": Row(PERSONS),
    "me/file/": Row(PERSONS),
    "me/file/open/": Row(SIGNED_IN),
    "me/file/jobs/<int:pk>/remove/": Row(THE_PERSON, _of("job"), "post"),
    "me/file/<slug:section>/": Row(PERSONS, {"section": "=identity"}),
    "me/positions/": Row(PERSONS),
    "me/positions/<int:pk>/": Row(PERSONS, _of("position")),
    "me/fairs/<int:page_id>/": Row(PERSONS, _of("fair", "page_id")),
    "me/fairs/<int:page_id>/register/": Row(PERSONS, _of("fair", "page_id"), "post"),
    "me/fairs/<int:page_id>/cancel/": Row(THE_PERSON, _of("fair", "page_id"), "post"),
    "me/tickets/": Row(PERSONS),
    "me/tickets/<uuid:ticket>/": Row(THE_PERSON, {"ticket": "registration.ticket"}),
    "me/intentions/": Row(PERSONS),
    "me/intentions/<int:pk>/confirm/": Row(THE_PERSON, _of("placement"), "post"),
    "me/intentions/<int:pk>/contact/": Row(THE_PERSON, _of("placement"), "post"),
    "me/confirmations/<int:pk>/": Row(THE_PERSON, _of("placement")),
    "me/consents/": Row(PERSONS),
    "me/consents/<slug:purpose>/": Row(PERSONS, {"purpose": "=matching"}, "post"),
    "me/access-log/": Row(PERSONS),
    "me/visits/": Row(PERSONS),
    # Anybody signed in may keep a search; nobody sees another's.
    "me/saved-searches/": Row(SIGNED_IN),
    "me/saved-searches/add/": Row(SIGNED_IN, method="post"),
    "me/saved-searches/<int:pk>/": Row(THE_PERSON, _of("saved_search")),
    "me/saved-searches/<int:pk>/remove/": Row(THE_PERSON, _of("saved_search"), "post"),
    # Who has a file is led on to it.
    "me/claim/": Row(SIGNED_IN),
    "me/hidden-employers/": Row(PERSONS),
    "me/hidden-employers/<int:pk>/hide/": Row(PERSONS, _of("rival_employer"), "post"),
    "me/hidden-employers/<int:pk>/show/": Row(THE_PERSON, _of("employer_hidden_from"), "post"),
    "positions/<int:pk>/report/": Row(SIGNED_IN, _of("position")),
    "me/reports/": Row(SIGNED_IN),
    "me/evidence/": Row(PERSONS),
    "me/evidence/<int:pk>/": Row(THE_PERSON, _of("veteran_document")),
    "me/evidence/<int:pk>/remove/": Row(THE_PERSON, _of("veteran_document"), "post"),
    "me/data/": Row(PERSONS),
    "me/data/<slug:kind>/": Row(PERSONS, {"kind": "=json"}, "post"),
    # --- the employer's floor
    "company/": Row(EMPLOYERS),
    "company/register/": Row(SIGNED_IN),
    "company/profile/": Row(EMPLOYERS),
    "company/profile/change/withdraw/": Row(OWNERS, method="post"),
    "company/papers/": Row(EMPLOYERS),
    "company/papers/<int:pk>/": Row(THE_EMPLOYER, _of("employer_document")),
    "company/papers/<int:pk>/remove/": Row(THE_EMPLOYER, _of("employer_document"), "post"),
    "company/renewal/": Row(OWNERS, method="post"),
    "company/members/": Row(EMPLOYERS),
    "company/members/<int:pk>/role/": Row(THE_OWNER, _of("membership"), "post", data={"role": "=owner"}),
    "company/members/<int:pk>/remove/": Row(THE_EMPLOYER, _of("membership"), "post"),
    "company/invitations/": Row(SIGNED_IN),
    # Whoever is invited answers; none of these readers is.
    "company/invitations/<int:pk>/answer/": Row(frozenset(), _of("invitation"), "post"),
    "company/invitations/<int:pk>/withdraw/": Row(THE_OWNER, _of("invitation"), "post"),
    "company/positions/": Row(EMPLOYERS),
    "company/positions/new/": Row(EMPLOYERS),
    "company/positions/sheets/": Row(EMPLOYERS),
    "company/positions/sheets/new/": Row(EMPLOYERS),
    "company/positions/sheets/template/": Row(EMPLOYERS),
    "company/positions/sheets/<int:pk>/": Row(THE_UPLOADING_MEMBER, _of("position_import")),
    "company/positions/sheets/<int:pk>/columns/": Row(THE_UPLOADING_MEMBER, _of("position_import"), "post"),
    "company/positions/sheets/<int:pk>/worksheet/": Row(THE_UPLOADING_MEMBER, _of("position_import"), "post"),
    "company/positions/sheets/<int:pk>/result/": Row(THE_UPLOADING_MEMBER, _of("position_import")),
    "company/positions/sheets/<int:pk>/<slug:step>/": Row(
        THE_UPLOADING_MEMBER, {"pk": "position_import.pk", "step": "=undo"}, "post"
    ),
    "company/positions/check/": Row(EMPLOYERS, method="post", data={"field": "=duties"}),
    "company/positions/<int:pk>/": Row(THE_EMPLOYER, _of("draft")),
    "company/positions/<int:pk>/manage/": Row(THE_EMPLOYER, _of("position")),
    "company/positions/<int:pk>/headcount/": Row(
        THE_EMPLOYER, _of("position"), "post", data={"headcount": "=4"}
    ),
    "company/positions/<int:pk>/occupation/": Row(
        THE_EMPLOYER, _of("position"), "post", data={"occupation": "position.occupation_id"}
    ),
    "company/positions/<int:pk>/fairs/<int:page_id>/": Row(
        THE_EMPLOYER, {**_of("position"), **_of("fair", "page_id")}, "post"
    ),
    "company/positions/<int:pk>/closing/": Row(
        THE_EMPLOYER, _of("closed_position"), knows=KNOW_THE_PERSON | THE_EMPLOYER
    ),
    "company/positions/<int:pk>/steps/<slug:step>/": Row(
        THE_EMPLOYER, {**_of("position"), "step": "=renew"}, "post"
    ),
    "company/positions/<int:pk>/submit/": Row(THE_EMPLOYER, _of("draft"), "post"),
    "company/positions/<int:pk>/withdraw/": Row(THE_EMPLOYER, _of("position"), "post"),
    "company/positions/<int:pk>/candidates/": Row(THE_EMPLOYER, _of("position"), notes=THE_EMPLOYER),
    "company/fairs/": Row(EMPLOYERS),
    "company/fairs/<int:page_id>/join/": Row(EMPLOYERS, _of("fair", "page_id")),
    "company/fairs/<int:page_id>/leave/": Row(THE_EMPLOYER, _of("fair", "page_id")),
    "company/intentions/": Row(EMPLOYERS, knows=KNOW_THE_PERSON | THE_EMPLOYER, notes=THE_EMPLOYER),
    "company/intentions/<int:pk>/confirm/": Row(THE_EMPLOYER, _of("placement"), "post"),
    "company/intentions/<int:pk>/phone/": Row(
        THE_EMPLOYER, _of("placement"), "post", knows=KNOW_THE_PERSON | THE_EMPLOYER
    ),
    "company/confirmations/": Row(EMPLOYERS, knows=KNOW_THE_PERSON | THE_EMPLOYER, notes=THE_EMPLOYER),
    "company/tokens/": Row(OWNERS),
    "company/tokens/<int:pk>/revoke/": Row(THE_OWNER, _of("token"), "post"),
    # --- the desk
    "desk/": Row(STAFF, queries=("whose=all",)),
    "desk/follow-ups/<int:pk>/": Row(FILES_HERE, _of("follow_up"), notes=FILES_HERE),
    # The number is what is asked for; the look is noted.
    "desk/follow-ups/<int:pk>/call/": Row(
        FILES_HERE, _of("follow_up"), "post", dials=FILES_HERE, notes=FILES_HERE
    ),
    "desk/follow-ups/<int:pk>/outcome/": Row(
        FILES_HERE, _of("follow_up"), "post", data={"did": "=not_reached"}
    ),
    "desk/follow-ups/<int:pk>/take-back/": Row(FILES_HERE, _of("follow_up"), "post"),
    "desk/follow-ups/<int:pk>/absence/": Row(FILES_HERE, _of("follow_up"), notes=FILES_HERE),
    "desk/absences/<int:pk>/end/": Row(FILES_HERE, _of("absence"), "post"),
    # Operators of the whole city; none of these readers is one.
    "desk/follow-up-rules/": Row(frozenset()),
    "desk/team/": Row(LEADS),
    "desk/team/calls/": Row(
        LEADS,
        queries=(
            "state=pending",
            "state=made",
        ),
    ),
    # Somebody else's call is not given away, and who asked is told that nothing was ticked.
    "desk/team/assign/": Row(LEADS, method="post", data={"pk": "follow_up.pk"}),
    "desk/covers/": Row(FILES),
    # The two of them and their heads; others at or above the station see it and are refused.
    "desk/covers/<int:pk>/end/": Row(LEADS_HERE | {"clerk own"}, _of("cover"), "post"),
    "desk/follow-ups/in-vain/": Row(FILES, method="post", data={"pk": "follow_up.pk"}),
    "desk/calendar/": Row(FILES),
    "desk/calendar/revoke/": Row(FILES, method="post"),
    "desk/veterans/": Row(FILES, queries=(*SEARCHES, "employment_status=unemployed"), notes=FILES_HERE),
    "desk/veterans/new/": Row(FILES),
    "desk/veterans/<int:pk>/": Row(FILES_HERE, _of("veteran"), notes=FILES_HERE),
    "desk/veterans/<int:pk>/reveal/": Row(FILES_HERE, _of("veteran"), "post", notes=FILES_HERE),
    "desk/veterans/<int:pk>/register/": Row(FILES_HERE, _of("veteran"), "post"),
    "desk/veterans/<int:pk>/declare/": Row(
        FILES_HERE, _of("veteran"), "post", data={"position": "position.pk"}
    ),
    "desk/veterans/<int:pk>/hidden-employers/": Row(FILES_HERE, _of("veteran"), notes=FILES_HERE),
    "desk/veterans/<int:pk>/hidden-employers/<int:employer>/hide/": Row(
        FILES_HERE, {**_of("veteran"), "employer": "rival_employer.pk"}, "post"
    ),
    "desk/veterans/<int:pk>/hidden-employers/<int:employer>/show/": Row(
        FILES_HERE, {**_of("veteran"), "employer": "employer_hidden_from.pk"}, "post"
    ),
    "desk/veterans/export/": Row(EXPORTS, queries=SEARCHES),
    "desk/sheets/": Row(FILES),
    "desk/sheets/new/": Row(FILES),
    "desk/sheets/template/": Row(FILES),
    "desk/sheets/<int:pk>/": Row(THE_UPLOADER, _of("record_import"), in_file=True),
    "desk/sheets/<int:pk>/columns/": Row(THE_UPLOADER, _of("record_import"), "post", in_file=True),
    "desk/sheets/<int:pk>/worksheet/": Row(THE_UPLOADER, _of("record_import"), "post", in_file=True),
    "desk/sheets/<int:pk>/result/": Row(THE_UPLOADER, _of("record_import")),
    "desk/sheets/<int:pk>/<slug:step>/": Row(
        THE_UPLOADER, {"pk": "record_import.pk", "step": "=undo"}, "post"
    ),
    "desk/employers/": Row(REVIEWS),
    "desk/employers/<int:pk>/": Row(REVIEWS_HERE, _of("employer")),
    "desk/employers/papers/<int:pk>/": Row(REVIEWS_HERE, _of("employer_document")),
    "desk/employers/papers/<int:pk>/judge/": Row(
        REVIEWS_HERE, _of("employer_document"), "post", data={"accepted": "=yes"}
    ),
    "desk/positions/": Row(REVIEWS),
    "desk/positions/approve/": Row(REVIEWS, method="post"),
    "desk/positions/<int:pk>/": Row(REVIEWS_HERE, _of("draft")),
    "desk/positions/<int:pk>/occupation/": Row(
        REVIEWS_HERE, _of("draft"), "post", data={"occupation": "draft.occupation_id"}
    ),
    # An open position is public; the people shown are those of the reader's own stations.
    "desk/positions/<int:pk>/candidates/": Row(FILES, _of("position"), notes=FILES_HERE),
    "desk/tokens/": Row(REVIEWS),
    "desk/tokens/<int:pk>/revoke/": Row(REVIEWS_HERE, _of("token"), "post"),
    "desk/reports/": Row(REVIEWS, queries=("state=answered", "state=overdue")),
    "desk/reports/<int:pk>/": Row(REVIEWS_HERE, _of("complaint")),
    "desk/booths/": Row(DESK),
    "desk/booths/<int:pk>/": Row(DESK_HERE, _of("asked_booth")),
    "desk/booths/<int:pk>/people/": Row(DESK_HERE, _of("booth"), notes=FILES_HERE),
    "desk/fairs/": Row(DESK),
    "desk/fairs/<int:page_id>/": Row(DESK_HERE, _of("fair", "page_id")),
    "desk/placements/": Row(FILES, queries=SEARCHES, notes=FILES_HERE),
    "desk/placements/<int:pk>/": Row(FILES_HERE, _of("placement"), notes=FILES_HERE),
    "desk/placements/<int:pk>/reopen/": Row(FILES_HERE, _of("placement"), "post"),
    "desk/placements/<int:pk>/correct/": Row(FILES_HERE, _of("placement"), "post", notes=FILES_HERE),
    "desk/placements/<int:pk>/ask/": Row(FILES_HERE, _of("placement"), "post", notes=FILES_HERE),
    "desk/confirmations/employers/<int:pk>/": Row(FILES_HERE, _of("employer"), notes=FILES_HERE),
    "desk/confirmations/<int:pk>/revoke/": Row(FILES_HERE, _of("link"), "post"),
    "desk/veterans/<int:pk>/edit/<slug:section>/": Row(
        FILES_HERE, {**_of("veteran"), "section": "=identity"}, notes=FILES_HERE
    ),
    "desk/veterans/<int:pk>/jobs/<int:job>/remove/": Row(
        FILES_HERE, {**_of("veteran"), **_of("job", "job")}, "post"
    ),
    "desk/veterans/<int:pk>/evidence/": Row(FILES_HERE, _of("veteran"), notes=FILES_HERE),
    "desk/claims/": Row(FILES),
    "desk/duplicates/": Row(CLOSERS),
    "desk/duplicates/<int:first>/<int:second>/": Row(
        CLOSERS_HERE, {"first": "veteran.pk", "second": "twin.pk"}, notes=CLOSERS_HERE
    ),
    "desk/merges/<int:pk>/undo/": Row(CLOSERS_HERE, _of("merge"), "post"),
    "desk/claims/<int:pk>/": Row(FILES_HERE, _of("claim")),
    "desk/evidence/<int:pk>/": Row(FILES_HERE, _of("veteran_document"), notes=FILES_HERE),
    "desk/evidence/<int:pk>/judge/": Row(FILES_HERE, _of("veteran_document"), "post"),
    "desk/evidence/<int:pk>/remove/": Row(FILES_HERE, _of("veteran_document"), "post"),
    "desk/veterans/<int:pk>/close/": Row(CLOSERS_HERE, _of("veteran"), notes=CLOSERS_HERE),
    "desk/veterans/<int:pk>/reopen/": Row(CLOSERS_HERE, _of("veteran"), "post"),
    "desk/veterans/<int:pk>/desk-code/": Row(
        FILES_HERE, _of("veteran"), "post", notes=FILES_HERE, cache=NEVER
    ),
    "desk/veterans/<int:pk>/visits/": Row(FILES_HERE, _of("veteran"), notes=FILES_HERE),
    "desk/visits/": Row(FILES, queries=("waiting=never",)),
    "desk/visits/coverage/": Row(FILES),
    "desk/visits/<int:pk>/correct/": Row(FILES_HERE, _of("visit"), notes=FILES_HERE),
    "desk/returns/": Row(FILES, notes=FILES_HERE),
    "desk/returns/new/": Row(FILES),
    "desk/returns/<int:pk>/": Row(FILES_HERE, _of("home_coming"), notes=FILES_HERE),
    # How lists are ranked belongs to operators of the whole city; none of these readers is one.
    "desk/learning/": Row(frozenset()),
    "desk/learning/run/": Row(frozenset(), method="post"),
    "desk/learning/roll-back/": Row(frozenset(), method="post"),
    "desk/learning/<int:pk>/adopt/": Row(frozenset(), {"pk": "=1"}, "post"),
    "desk/audit/": Row(AUDITORS, queries=(f"who={PERSON}",)),
    "desk/audit/looks/": Row(AUDITORS),
    "desk/audit/verify/": Row(AUDITORS, method="post"),
    "desk/insights/": Row(REPORTS, queries=("by=station", "by=employer", f"employer={PERSON}")),
    "desk/insights/retention/": Row(REPORTS),
    "desk/insights/satisfaction/": Row(REPORTS, queries=("by=station", "by=employer")),
    "desk/insights/fairs/": Row(REPORTS),
    "desk/insights/years/": Row(REPORTS),
    "desk/insights/month/": Row(REPORTS),
    "desk/insights/month/pdf/": Row(REPORTS),
    # Everybody who reads reports counts people; who may not open files reads no name.
    "desk/insights/rows/": Row(
        REPORTS,
        queries=(
            "figure=sheets",
            "figure=sheets&at_fairs=1",
            "figure=people",
            "figure=registered",
            "figure=calls_due",
            "figure=satisfaction",
            "figure=stage.intended",
        ),
    ),
    "desk/insights/export/<slug:report>/": Row(EXPORTS, {"report": "=years"}, "post"),
    "desk/trouble/": Row(FILES),
    "desk/trouble/<slug:key>/": Row(FILES, {"key": "=no-interview"}),
    "desk/network/": Row(STAFF),
    "desk/network/<int:pk>/": Row(STAFF_HERE, _of("station")),
    "desk/network/<int:pk>/staff/": Row(STAFF_HERE, _of("station")),
    # The other changes belong to operators of the whole city; none of these readers is one.
    "desk/network/<int:pk>/<slug:change>/": Row(
        allowed(Permission.CHANGE_STATION_CONTACT, SERVES), {"pk": "station.pk", "change": "=contact"}
    ),
    "desk/network/posts/<int:pk>/": Row(APPOINTS_HERE, _of("appointment")),
    "desk/network/posts/<int:pk>/sign-in/": Row(
        allowed(Permission.APPOINT_STAFF, SERVES), _of("appointment"), cache=NEVER
    ),
    "desk/permissions/": Row(STAFF),
    # --- the door
    "door/": Row(SIGNED_IN),
    "door/<int:page_id>/": Row(DESK_HERE | {"volunteer"}, _of("fair", "page_id")),
    "door/<int:page_id>/check-in/": Row(DESK_HERE | {"volunteer"}, _of("fair", "page_id"), "post"),
    "door/<int:page_id>/visitor/": Row(
        DESK_HERE | {"volunteer"}, _of("fair", "page_id"), "post", data={"kind": "=family"}
    ),
    "door/<int:page_id>/intention/": Row(DESK_HERE | {"volunteer"}, _of("fair", "page_id")),
    # --- the API
    "api/v1/": Row(frozenset()),
    "api/v1/openapi.json": Row(EVERYBODY),
    "api/v1/docs": Row(EVERYBODY),
    "api/v1/veterans": Row(
        SIGNED_IN - (FILES - EXPORTS),
        queries=tuple(f"{query}&purpose=%E6%A0%B8%E5%AF%B9" for query in NAME_SEARCHES),
        query="purpose=%E6%A0%B8%E5%AF%B9",
        notes=EXPORTS & FILES_HERE,
    ),
    "api/v1/veterans/<int:veteran_id>": Row(KNOW_THE_PERSON, _of("veteran", "veteran_id"), notes=FILES_HERE),
    "api/v1/placements": Row(
        SIGNED_IN, knows=KNOW_THE_PERSON | THE_EMPLOYER, notes=FILES_HERE | THE_EMPLOYER
    ),
    "api/v1/placements/<int:placement_id>": Row(
        KNOW_THE_PERSON | THE_EMPLOYER,
        _of("placement", "placement_id"),
        knows=KNOW_THE_PERSON | THE_EMPLOYER,
        notes=FILES_HERE | THE_EMPLOYER,
    ),
    "api/v1/follow-ups": Row(SIGNED_IN, notes=FILES_HERE),
    "api/v1/positions": Row(EVERYBODY, cache="no-cache"),
    "api/v1/positions/<int:position_id>": Row(REVIEWS_HERE | THE_EMPLOYER, _of("draft", "position_id")),
    # Programs alone write; what a token opens is in tests/api/test_token_access.py.
    "api/v1/positions/batch": Row(frozenset(), method="post"),
    "api/v1/positions/external/<path:external_id>": Row(frozenset(), {"external_id": "=HR-1"}),
    "api/v1/fairs": Row(EVERYBODY, cache="no-cache"),
    "api/v1/search": Row(EVERYBODY, queries=(f"q={PERSON}", f"q={PHONE}"), cache="no-cache"),
    "api/v1/statistics": Row(EVERYBODY),
    "api/<path:rest>": Row(frozenset(), {"rest": "=v1/nothing"}),
    # --- what everybody reads
    # Whoever holds a link is asked who they are, and learns nothing before.
    "confirm/<str:token>/": Row(EVERYBODY, {"token": "secret"}, cache="no-store, private"),
    "confirm/thanks/": Row(EVERYBODY, cache="no-store, private", impersonal=True),
    "search/": Row(EVERYBODY, queries=(f"q={PERSON}", f"q={PHONE}")),
    "search/suggest": Row(
        EVERYBODY, queries=(f"q={PERSON}", f"q={PHONE}"), cache="public, max-age=60", impersonal=True
    ),
    "positions/": Row(EVERYBODY, queries=(f"q={PERSON}",)),
    "positions/<int:pk>/": Row(EVERYBODY, _of("position")),
    "employers/<int:pk>/": Row(EVERYBODY, _of("employer")),
    "feeds/positions.atom": Row(EVERYBODY, cache="no-cache", impersonal=True),
    # Whoever holds the address reads; its owner is the own clerk, and no full name stands in it.
    "feeds/duties/<slug:secret>.ics": Row(
        EVERYBODY,
        {"secret": "feed"},
        knows=frozenset(),
        cache="private, no-store",
        notes=frozenset({"clerk own"}),
        impersonal=True,
    ),
    "stations/": Row(EVERYBODY, queries=(f"q={PERSON}",)),
    "fairs/<int:page_id>/calendar.ics": Row(EVERYBODY, _of("fair", "page_id"), impersonal=True),
    "landing/": Row(SIGNED_IN),
    "notices/": Row(SIGNED_IN),
    "notices/read/": Row(SIGNED_IN, method="post"),
    "notices/<int:pk>/": Row(THE_PERSON, _of("notification"), "post"),
    "healthz": Row(EVERYBODY, impersonal=True),
    # Pictures of published pages only; no document is stored below /media/.
    r"^media/(?P<path>(?:images|original_images)/.+)$": Row(frozenset(), {"path": "=images/none.jpg"}),
    "sign-in/": Row(EVERYBODY, cache=NEVER),
    # Open only on the way through a sign-in.
    "sign-in/code/": Row(frozenset(), cache=NEVER),
    "sign-in/owner/": Row(frozenset(), cache=NEVER),
    "sign-in/desk/": Row(EVERYBODY, cache=NEVER),
    "sign-in/staff/": Row(EVERYBODY, cache=NEVER),
    "sign-in/second-factor/": Row(SIGNED_IN, cache=NEVER),
    "sign-in/second-factor/setup/": Row(frozenset(), cache=NEVER),
    "account/": Row(SIGNED_IN, cache=NEVER),
    "account/phone/": Row(SIGNED_IN, cache=NEVER),
    "account/phone/codes/": Row(SIGNED_IN, cache=NEVER),
    "account/password/": Row(SIGNED_IN, method="post", cache=NEVER),
    "account/sign-out-everywhere/": Row(SIGNED_IN, method="post", cache=NEVER),
    "sign-out/": Row(EVERYBODY, method="post", impersonal=True),
    "elder-mode/": Row(EVERYBODY, method="post", impersonal=True),
    "gallery/": Row(EVERYBODY),
    # --- Wagtail's own
    r"documents/^(\d+)/(.*)$": Row(frozenset(), {"0": "=1", "1": "=x.pdf"}),
    "documents/authenticate_with_password/<int:restriction_id>/": Row(
        frozenset(), {"restriction_id": "=1"}, "post"
    ),
    "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/": Row(
        frozenset(), {"page_view_restriction_id": "=1", "page_id": "=1"}, "post"
    ),
    "_util/login/": Row(frozenset(), impersonal=True),  # leads to sign-in/
    r"^((?:[\w\-]+/)*)$": Row(EVERYBODY, {"0": "="}),
}
