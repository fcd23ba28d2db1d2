from django.urls import path, re_path

from portal.web.public.accounts import auth, elder
from portal.web.public.calls import duties
from portal.web.public.complaints import complaints
from portal.web.public.confirmations import confirmations
from portal.web.public.fairs import calendar
from portal.web.public.notifications import notifications
from portal.web.public.search import feeds, positions, search
from portal.web.public.site import doors, gallery
from portal.web.public.stations import stations

app_name = "public"

urlpatterns = [
    # what is open to everybody
    path("search/", search.search, name="search"),
    path("search/suggest", search.suggest, name="suggest"),
    path("positions/", positions.positions, name="positions"),
    path("positions/<int:pk>/", positions.position, name="position"),
    path("employers/<int:pk>/", positions.employer, name="employer"),
    path("feeds/positions.atom", feeds.positions, name="positions-feed"),
    path("feeds/duties/<slug:secret>.ics", duties.feed, name="duties-feed"),
    path("stations/", stations.stations, name="stations"),
    path("fairs/<int:page_id>/calendar.ics", calendar.calendar, name="calendar"),
    path("landing/", doors.landing, name="landing"),
    path("healthz", doors.health, name="health"),
    re_path(r"^media/(?P<path>(?:images|original_images)/.+)$", doors.media, name="media"),
    # for whoever holds a link
    path("confirm/thanks/", confirmations.thanks, name="confirmation-thanks"),
    path("confirm/<str:token>/", confirmations.page, name="confirmation"),
    # for whoever is signed in
    path("notices/", notifications.listing, name="notices"),
    path("notices/read/", notifications.read_all, name="notices-read"),
    path("notices/<int:pk>/", notifications.follow, name="notice"),
    path("positions/<int:pk>/report/", complaints.report, name="position-report"),
    # signing in
    path("sign-in/", auth.sign_in, name="sign-in"),
    path("sign-in/code/", auth.enter_code, name="sign-in-code"),
    path("sign-in/staff/", auth.staff_sign_in, name="sign-in-staff"),
    path("sign-in/second-factor/", auth.second_factor, name="second-factor"),
    path("sign-in/second-factor/setup/", auth.set_up_second_factor, name="second-factor-setup"),
    path("sign-out/", auth.sign_out, name="sign-out"),
    # the frame
    path("elder-mode/", elder.switch, name="elder-mode"),
    path("gallery/", gallery.gallery, name="gallery"),
]
