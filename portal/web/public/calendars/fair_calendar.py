"""Calendar file (RFC 5545) of a fair."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from cms.models import FairMode, JobFairPage
from portal.web.shared.absolute_urls import absolute_url, site_host

REMIND_BEFORE = timedelta(days=1)


@require_safe
def calendar(request: HttpRequest, page_id: int) -> HttpResponse:  # noqa: ARG001
    """Return one event with a reminder the day before; the UID is stable, so that calendars update it."""
    fair = get_object_or_404(JobFairPage.objects.live().select_related("organiser"), pk=page_id)
    url = absolute_url(fair.get_url() or "/")
    changed_at = fair.last_published_at or fair.starts_at
    from icalendar import Alarm, Calendar, Event  # noqa: PLC0415 -- 100 ms of start-up

    event = Event()
    event.add("uid", f"fair-{fair.pk}@{site_host()}")
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("dtstart", timezone.localtime(fair.starts_at))
    event.add("dtend", timezone.localtime(fair.ends_at))
    event.add("summary", fair.title)
    event.add("location", f"{fair.venue} {fair.address}".strip() or fair.get_mode_display())
    event.add("organizer", f"CN:{fair.organiser.name}")
    event.add("description", _description(fair, url))
    event.add("url", url)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", fair.title)
    alarm.add("trigger", -REMIND_BEFORE)
    event.add_component(alarm)
    calendar_file = Calendar()
    calendar_file.add("prodid", "-//veterans-portal//fairs//ZH")
    calendar_file.add("version", "2.0")
    calendar_file.add("method", "PUBLISH")
    calendar_file.add_component(event)
    calendar_file.add_missing_timezones()
    response = HttpResponse(calendar_file.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="fair-{fair.pk}.ics"'
    return response


def _description(fair: JobFairPage, url: str) -> str:
    lines = [fair.summary, f"主办：{fair.organiser.name}", f"方式：{fair.get_mode_display()}"]
    if fair.mode != FairMode.OFFLINE and fair.online_url:
        lines.append(f"线上入口：{fair.online_url}")
    return "\n".join(line for line in [*lines, url] if line)
