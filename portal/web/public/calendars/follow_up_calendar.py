"""A clerk's calls as a calendar (RFC 5545) for the phone's own calendar program, at a secret address.

A calendar lies open on a phone and with whoever keeps it: it tells how many calls a day holds, of what kind
and a surname, no more.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event
from ninja.throttling import BaseThrottle

from portal.accounts.feeds import reader_of
from portal.accounts.roles import Permission
from portal.api_tokens.request_counts import count_request, seconds_until_reset
from portal.follow_ups.models import FollowUp

AHEAD = timedelta(days=60)
NAMED = 20  # calls of a day that are told one by one
REFRESH = timedelta(hours=1)
_ident = BaseThrottle().get_ident


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """One event for each day with calls; what is overdue stands on today. 404 unless the secret is in use and
    its owner still keeps files.
    """
    user = reader_of(secret)
    # Guessing is counted like any other asking of an unknown address.
    kind, caller = ("feed", str(user.pk)) if user else ("anonymous", _ident(request) or "nowhere")
    if not count_request(kind, caller):
        return HttpResponse(status=429, headers={"Retry-After": str(seconds_until_reset())})
    if user is None or not user.has_station_permission(Permission.OPEN_RECORDS):
        raise Http404
    today = timezone.localdate()
    calls = FollowUp.objects.visible_to(user).due(today + AHEAD).assigned_to(user)
    file = Calendar()
    file.add("prodid", "-//veterans-portal//duties//ZH")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add("x-wr-calname", "回访")
    file.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    url = request.build_absolute_uri(reverse("staff:day"))
    for day, rows in _by_day(calls.select_related("placement__veteran"), today).items():
        file.add_component(_event(f"duties-{user.pk}-{day}@{request.get_host()}", day, rows, today, url))
    response = HttpResponse(file.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="duties.ics"'
    patch_cache_control(response, private=True, no_store=True)
    return response


def _by_day(calls: Iterable[FollowUp], today: date) -> dict[date, list[FollowUp]]:
    found: dict[date, list[FollowUp]] = {}
    for call in calls:
        found.setdefault(max(call.call_on, today), []).append(call)
    return found


def _event(uid: str, day: date, calls: list[FollowUp], today: date, url: str) -> Event:
    late = sum(call.call_on < today for call in calls)
    lines = [f"{call.placement.veteran.name[:1]}某 {call.get_kind_display()}" for call in calls[:NAMED]]
    if len(calls) > NAMED:
        lines.append(f"等 {len(calls)} 个")
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", timezone.now())
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", f"回访 {len(calls)} 个" + (f"（逾期 {late} 个）" if late else ""))
    event.add("description", "\n".join(lines))
    event.add("url", url)
    event.add("transp", "TRANSPARENT")  # calls do not make the day busy
    return event
