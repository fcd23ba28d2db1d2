"""URLs of calendar files (RFC 5545)."""

from django.urls import path

from portal.web.public.calendars import fair_calendar, follow_up_calendar

urlpatterns = [
    path("feeds/duties/<slug:secret>.ics", follow_up_calendar.feed, name="follow-up-calendar"),
    path("fairs/<int:page_id>/calendar.ics", fair_calendar.calendar, name="calendar"),
]
