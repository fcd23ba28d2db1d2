from django.urls import path, re_path

from portal.web.public import calendar, doors, elder, gallery, positions, search

app_name = "public"

urlpatterns = [
    # what is open to everybody
    path("search/", search.search, name="search"),
    path("positions/", positions.positions, name="positions"),
    path("positions/<int:pk>/", positions.position, name="position"),
    path("employers/<int:pk>/", positions.employer, name="employer"),
    path("fairs/<int:page_id>/calendar.ics", calendar.calendar, name="calendar"),
    path("landing/", doors.landing, name="landing"),
    path("healthz", doors.health, name="health"),
    re_path(r"^media/(?P<path>(?:images|original_images)/.+)$", doors.media, name="media"),
    # the frame
    path("elder-mode/", elder.switch, name="elder-mode"),
    path("gallery/", gallery.gallery, name="gallery"),
]
