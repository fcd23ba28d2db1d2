"""Races of actions on fairs, stations, accounts, tokens, imports and the rest: worlds and rows."""

import json
from datetime import timedelta
from typing import Any

from django.utils import timezone

from portal.accounts.enums import ConsentPurpose
from portal.accounts.feed_tokens import create_feed_token
from portal.accounts.models import Appointment, Consent, FeedToken, User
from portal.accounts.roles import StationRole
from portal.api_tokens.actions import issue
from portal.api_tokens.enums import TokenScope
from portal.api_tokens.models import ApiToken
from portal.core.models import Region
from portal.fairs.enums import BoothState, VisitorKind
from portal.fairs.models import Booth, CheckIn, DoorShift, Registration
from portal.follow_ups.covers import arrange_cover
from portal.follow_ups.enums import FollowUpKind
from portal.follow_ups.models import Cover, FollowUpRule
from portal.imports.enums import ImportState
from portal.imports.models import ColumnMapping, ImportRun
from portal.notifications.actions import notify
from portal.notifications.enums import NotificationKind
from portal.notifications.models import Notification
from portal.ranking.models import RankingChange, RankingVersion
from portal.stations.enums import StationLevel
from portal.stations.models import Station, StationArea, StationName
from search.models import SavedSearch
from search.params import SearchParams
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)
from tests.races.employer_rows import staff
from tests.races.person_rows import _on
from tests.races.racing import Aggregate, World, row

F, S, A = "portal.fairs.actions", "portal.stations.actions", "portal.accounts.actions"
IM = "portal.imports.actions"
TODAY = timezone.localdate()


# --- fairs -------------------------------------------------------------------------------------------------
def build_fair(state: str) -> World:
    person, member, other_member = make_user("陈建国"), make_user("招聘专员"), make_user("另一单位")
    fair = make_fair(capacity=1 if state == "one_place" else 300)
    position = make_position(employer=make_employer(member=member))
    more = make_position(employer=position.employer, title="保安员")
    other = make_position(employer=make_employer(member=other_member))
    veteran, second = make_veteran(account=person), make_veteran()
    booth = make_booth(fair, position)
    rival = make_booth(fair, other)
    if state == "requested":
        Booth.objects.filter(pk__in=[booth.pk, rival.pk]).update(state=BoothState.REQUESTED, number="")
    rows: dict[str, Any] = {}
    if state == "registered":
        rows["registration"] = make_registration(fair, veteran)
    return World(
        person=person, member=member, fair=fair, employer=position.employer, position=position, more=more,
        veteran=veteran, second=second, booth=booth, rival=rival, clerk=staff("甲"), head=staff("乙"),
        helper=make_user("志愿者"), **rows,
    )  # fmt: skip


def _register(veteran: str, start: str) -> Any:
    return row(
        f"{F}.register",
        start,
        fair=lambda w: w("fair"),
        veteran=lambda w: w(veteran),
        by=lambda w: w("clerk"),
    )


FAIRS = Aggregate(
    "fair",
    [
        row(
            f"{F}.request_booth", "open", fair=lambda w: w("fair"), employer=lambda w: w("employer"),
            positions=lambda w: [w("more")], by=lambda w: w("member"),
        ),
        row(
            f"{F}.bring_position", "open", fair=lambda w: w("fair"), position=lambda w: w("more"),
            by=lambda w: w("member"),
        ),
        _on("booth", f"{F}.confirm_booth", "requested", "clerk"),
        row(
            f"{F}.confirm_booth", "requested", booth=lambda w: w("rival"), by=lambda w: w("head"),
            number=lambda w: "A01",
        ),
        _on("booth", f"{F}.refuse_booth", "requested", "head", reason="没有展位了"),
        _on("booth", f"{F}.withdraw_booth", "open", "member", reason="来不了"),
        _register("veteran", "open"),
        _register("second", "one_place"),
        _on("registration", f"{F}.cancel_registration", "registered", "person"),
        row(
            f"{F}.check_in", "registered", fair=lambda w: w("fair"), by=lambda w: w("clerk"),
            code=lambda w: str(w("registration").ticket),
        ),
        row(
            f"{F}.count_visitor", "open", fair=lambda w: w("fair"), kind=lambda w: VisitorKind.OTHER,
            by=lambda w: w("clerk"),
        ),
        row(
            f"{F}.assign_door_shift", "open", fair=lambda w: w("fair"), user=lambda w: w("helper"),
            by=lambda w: w("clerk"),
        ),
        _on("employer", "portal.employers.verification.suspend", "open", "head", reason="投诉待查"),
        _on("position", "portal.positions.actions.pause", "open", "member"),
        _on("veteran", "portal.veterans.record_closing.close_record", "open", "head", reason="moved"),
    ],
    [Booth, Registration, CheckIn, DoorShift],
    build_fair,
)  # fmt: skip


# --- stations and appointments -----------------------------------------------------------------------------
def build_station(state: str) -> World:
    stations = make_stations()
    region, _ = Region.objects.get_or_create(
        code="440705109202", defaults={"name": "北安村", "level": "village", "parent_id": "440705109"}
    )
    clerk = make_staff(stations["南安村"], name="村站")
    return World(
        city=stations["江门市"], town=stations["睦洲镇"], village=stations["南安村"], next=stations["司前镇"],
        operator=staff("甲"), second=staff("乙"), clerk=clerk, newcomer=make_user("新人"),
        appointment=clerk.appointments.get(), region=region,
        veteran=make_veteran(station=stations["南安村"]),
    )  # fmt: skip


def _station(action: str, by: str, station: str = "village", **values: Any) -> Any:
    readers = {key: (lambda w, value=value: value) for key, value in values.items()}
    return row(f"{S}.{action}", "open", station=lambda w: w(station), by=lambda w: w(by), **readers)


STATIONS = Aggregate(
    "station",
    [
        row(
            f"{S}.open_station", "open", name=lambda w: "北安村服务站", level=lambda w: StationLevel.VILLAGE,
            region=lambda w: w("region"), parent=lambda w: w("town"), by=lambda w: w("operator"),
            on=lambda w: TODAY,
        ),
        _station("rename_station", "operator", name="南安村退役军人工作站", on=TODAY),
        _station("rename_station", "second", name="南安退役军人服务站", on=TODAY),
        _station("change_contact", "second", address="新路1号", phone="", opening_hours=""),
        row(
            f"{S}.merge_station", "open", station=lambda w: w("village"), into=lambda w: w("town"),
            by=lambda w: w("operator"), on=lambda w: TODAY,
        ),
        row(
            f"{S}.close_station", "open", station=lambda w: w("village"), into=lambda w: w("next"),
            by=lambda w: w("second"), on=lambda w: TODAY,
        ),
        row(
            f"{S}.split_station", "open", station=lambda w: w("town"), name=lambda w: "北安村服务站",
            level=lambda w: StationLevel.VILLAGE, regions=lambda w: [w("region")],
            by=lambda w: w("operator"), on=lambda w: TODAY,
        ),
        row(
            f"{A}.appoint", "open", user=lambda w: w("newcomer"), station=lambda w: w("village"),
            role=lambda w: StationRole.CLERK, by=lambda w: w("operator"),
        ),
        row(
            f"{A}.end_appointment", "open", appointment=lambda w: w("appointment"),
            by=lambda w: w("operator"), last_day=lambda w: TODAY,
        ),
        row(
            f"{A}.move_appointment", "open", appointment=lambda w: w("appointment"),
            station=lambda w: w("next"), by=lambda w: w("second"), on=lambda w: TODAY,
        ),
    ],
    [Station, StationArea, StationName, Appointment],
    build_station,
)  # fmt: skip


# --- accounts, tokens, searches, messages ------------------------------------------------------------------
def build_account(state: str) -> World:
    person, owner, clerk, helper = make_user("陈建国"), make_user("王经理"), staff("甲"), staff("乙")
    employer = make_employer(member=owner)
    consent = Consent.objects.create(user=person, purpose=ConsentPurpose.EMPLOYER_CARD, wording="同意")
    token, _ = issue(by=owner, name="一号", scope=TokenScope.READ, days=9, employer=employer)
    create_feed_token(by=person)
    message = notify(user=person, kind=NotificationKind.REPORT, text="已答复", key="races")
    assert message is not None
    cover = arrange_cover(
        clerk=clerk, cover=helper, starts_on=TODAY, ends_on=TODAY + timedelta(days=3), by=clerk
    )
    search = SavedSearch.objects.create(user=person, name="司机", address="q=司机")
    return World(
        person=person, owner=owner, clerk=clerk, helper=helper, employer=employer, consent=consent,
        token=token, message=message, cover=cover, search=search,
    )  # fmt: skip


def _token(name: str) -> Any:
    return row(
        "portal.api_tokens.actions.issue", "plain", by=lambda w: w("owner"), name=lambda w: name,
        scope=lambda w: TokenScope.WRITE, days=lambda w: 9, employer=lambda w: w("employer"),
    )  # fmt: skip


def _cover(starts: int) -> Any:
    return row(
        "portal.follow_ups.covers.arrange_cover", "plain", clerk=lambda w: w("clerk"),
        cover=lambda w: w("helper"), starts_on=lambda w: TODAY + timedelta(days=starts),
        ends_on=lambda w: TODAY + timedelta(days=starts + 9), by=lambda w: w("clerk"),
    )  # fmt: skip


def _rule(days: list[int]) -> Any:
    return row(
        "portal.follow_ups.follow_up_rules.set_rule", "plain", by=lambda w: w("clerk"),
        kind=lambda w: FollowUpKind.AFTER_FAIR, days=lambda w: days,
    )  # fmt: skip


ACCOUNTS = Aggregate(
    "account",
    [
        row(
            f"{A}.give_consent", "plain", user=lambda w: w("person"), by=lambda w: w("person"),
            purpose=lambda w: ConsentPurpose.MATCHING, wording=lambda w: "同意",
        ),
        _on("consent", f"{A}.withdraw_consent", "plain", "person"),
        row("portal.accounts.feed_tokens.create_feed_token", "plain", by=lambda w: w("person")),
        row("portal.accounts.feed_tokens.revoke_feed_token", "plain", by=lambda w: w("person")),
        _token("二号"),
        _token("三号"),
        _on("token", "portal.api_tokens.actions.revoke", "plain", "owner"),
        row("portal.notifications.actions.mark_read", "plain", by=lambda w: w("person")),
        _cover(20),
        _cover(25),
        _on("cover", "portal.follow_ups.covers.end_cover", "plain", "clerk"),
        _rule([2, 5]),
        _rule([3]),
        row(
            "search.saved_searches.save", "plain", by=lambda w: w("person"),
            params=lambda w: SearchParams(q="保安"),
        ),
        row(
            "search.saved_searches.change", "plain", by=lambda w: w("person"),
            saved_search=lambda w: w("search"), name=lambda w: "货车", alerts=lambda w: True,
        ),
        row(
            "search.saved_searches.remove", "plain", by=lambda w: w("person"),
            saved_search=lambda w: w("search"),
        ),
    ],
    [Consent, FeedToken, ApiToken, Notification, Cover, FollowUpRule, SavedSearch, User],
    build_account,
)  # fmt: skip


# --- ranking -----------------------------------------------------------------------------------------------
def build_ranking(state: str) -> World:
    operator, second = staff("甲"), staff("乙")
    versions = [
        RankingVersion.objects.create(name=name, parameters={}, proven=True, made_by=operator)
        for name in ("第一版", "第二版", "第三版")
    ]
    RankingChange.objects.create(
        sequence=RankingChange.objects.count() + 1, kind="adopt", version=versions[0], by=operator,
        reason="更好",
    )  # fmt: skip
    return World(operator=operator, second=second, version=versions[1], third=versions[2])


def _adopt(version: str, by: str) -> Any:
    return row(
        "portal.ranking.actions.adopt_ranking", "adopted", version=lambda w: w(version), by=lambda w: w(by),
        reason=lambda w: "更好",
    )  # fmt: skip


RANKING = Aggregate(
    "ranking",
    [
        _adopt("version", "operator"),
        _adopt("third", "second"),
        row(
            "portal.ranking.actions.roll_back_ranking", "adopted", by=lambda w: w("second"),
            reason=lambda w: "不好",
        ),
    ],
    [RankingChange],
    build_ranking,
)  # fmt: skip


# --- imports -----------------------------------------------------------------------------------------------
COLUMNS = {"name": 0, "id_number": 1, "phone": 2}


def build_import(state: str) -> World:
    clerk = staff("甲")
    fields: dict[str, Any] = {"state": state}
    if state == ImportState.DONE:
        fields |= {"total": 1, "done": 1, "created": 1, "finished_at": timezone.now()}
    run = ImportRun.objects.create(
        by=clerk, kind="veterans", file_name="名单.xlsx", columns=COLUMNS,
        head=json.dumps({"headers": ["姓名", "身份证号", "电话"], "rows": []}), **fields,
    )  # fmt: skip
    if state == ImportState.RUNNING:
        ImportRun.objects.filter(pk=run.pk).update(updated_at=timezone.now() - timedelta(hours=1))
    return World(clerk=clerk, run=run)


def _import(action: str, start: str, **values: Any) -> Any:
    return _on("run", f"{IM}.{action}", start, "clerk", **values)


IMPORTS = Aggregate(
    "import",
    [
        _import("set_columns", "uploaded", columns={"name": 0, "id_number": 1, "phone": 2}),
        _import("check", "checked"),
        _import("start", "checked"),
        _import("resume", "running"),
        _import("cancel", "running"),
        _import("undo", "done"),
        _import("export_bad_rows", "done"),
    ],
    [ImportRun, ColumnMapping],
    build_import,
)
