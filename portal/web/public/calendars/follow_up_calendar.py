"""Calendar feed (RFC 5545) of a clerk's follow-ups, at a secret URL.

Calendars are stored by third parties: an event holds the number of calls, their kinds and surnames only.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from portal.accounts.feed_tokens import feed_reader
from portal.accounts.roles import Permission
from portal.api_tokens.request_counts import count_request, seconds_until_reset
from portal.core.client_address import client_address
from portal.follow_ups.models import FollowUp
from portal.veterans.shown_records import log_shown
from portal.web.shared.absolute_urls import absolute_url, site_host

if TYPE_CHECKING:
    from icalendar import Event

AHEAD = timedelta(days=60)
MAX_LINES = 20  # calls listed per day
REFRESH = timedelta(hours=1)


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Return one event per day with calls; overdue calls are listed on today.

    Raises:
        Http404: the secret is unknown or revoked, or its owner may no longer open records.
    """
    user = feed_reader(secret)
    # Guessed secrets count against the rate limit of anonymous callers.
    kind, caller = ("feed", str(user.pk)) if user else ("anonymous", client_address(request.META))
    if not count_request(kind, caller):
        return HttpResponse(status=429, headers={"Retry-After": str(seconds_until_reset())})
    if user is None or not user.has_station_permission(Permission.OPEN_RECORDS):
        raise Http404
    today = timezone.localdate()
    calls = FollowUp.objects.visible_to(user).due(today + AHEAD).assigned_to(user)
    from icalendar import Calendar  # noqa: PLC0415 -- 100 ms of start-up

    calendar_file = Calendar()
    calendar_file.add("prodid", "-//veterans-portal//duties//ZH")
    calendar_file.add("version", "2.0")
    calendar_file.add("method", "PUBLISH")
    calendar_file.add("x-wr-calname", "回访")
    calendar_file.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    url = absolute_url(reverse("staff:day"))
    calls_with_people = list(calls.select_related("placement__veteran"))
    log_shown(by=user, veterans=[call.placement.veteran for call in calls_with_people], place="回访日历订阅")
    for day, rows in _group_by_day(calls_with_people, today).items():
        calendar_file.add_component(
            _build_event(f"duties-{user.pk}-{day}@{site_host()}", day, rows, today, url)
        )
    response = HttpResponse(calendar_file.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="duties.ics"'
    patch_cache_control(response, private=True, no_store=True)
    return response


def _group_by_day(calls: Iterable[FollowUp], today: date) -> dict[date, list[FollowUp]]:
    calls_by_day: dict[date, list[FollowUp]] = {}
    for call in calls:
        calls_by_day.setdefault(max(call.call_on, today), []).append(call)
    return calls_by_day


def _build_event(uid: str, day: date, calls: list[FollowUp], today: date, url: str) -> "Event":
    late = sum(call.call_on < today for call in calls)
    lines = [f"{call.placement.veteran.name[:1]}某 {call.get_kind_display()}" for call in calls[:MAX_LINES]]
    if len(calls) > MAX_LINES:
        lines.append(f"等 {len(calls)} 个")
    from icalendar import Event  # noqa: PLC0415 -- as above

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", timezone.now())
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", f"回访 {len(calls)} 个" + (f"（逾期 {late} 个）" if late else ""))
    event.add("description", "\n".join(lines))
    event.add("url", url)
    event.add("transp", "TRANSPARENT")  # calls do not block the day
    return event
