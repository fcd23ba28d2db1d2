"""URL paths of follow-up calls: the day, the team, cover, absences, intervals and the calendar feed."""

from django.urls import path

from portal.web.staff.calls import (
    absence_views,
    calendar_feed_views,
    cover_views,
    day_views,
    follow_up_views,
    rule_views,
    team_views,
)

urlpatterns = [
    path("", day_views.day, name="day"),
    path("follow-ups/<int:pk>/", follow_up_views.detail, name="follow-up"),
    path("follow-ups/<int:pk>/call/", follow_up_views.reveal_phone, name="follow-up-call"),
    path("follow-ups/<int:pk>/outcome/", follow_up_views.record_outcome, name="follow-up-outcome"),
    path("follow-ups/<int:pk>/take-back/", follow_up_views.take_back, name="follow-up-take-back"),
    path("follow-ups/<int:pk>/absence/", absence_views.record, name="follow-up-absence"),
    path("absences/<int:pk>/end/", absence_views.end, name="absence-end"),
    path("follow-up-rules/", rule_views.intervals, name="follow-up-rules"),
    path("team/", team_views.overview, name="team"),
    path("team/calls/", team_views.calls, name="team-calls"),
    path("team/assign/", team_views.assign, name="team-assign"),
    path("covers/", cover_views.listing, name="covers"),
    path("covers/<int:pk>/end/", cover_views.end, name="cover-end"),
    path("follow-ups/in-vain/", follow_up_views.record_not_reached, name="follow-ups-unreached"),
    path("calendar/", calendar_feed_views.manage, name="calendar"),
    path("calendar/revoke/", calendar_feed_views.revoke, name="calendar-revoke"),
]
