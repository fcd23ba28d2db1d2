"""A veteran's own pages, below /me/."""

from django.urls import path

from portal.web.public.complaints import complaints
from portal.web.veteran import home
from portal.web.veteran.fairs import fairs
from portal.web.veteran.placements import confirmations, intentions
from portal.web.veteran.positions import positions, saved
from portal.web.veteran.record import claim, consents, data, evidence, hiding, record, visits

app_name = "veteran"

urlpatterns = [
    path("", home.home, name="home"),
    path("file/", record.overview, name="file"),
    path("file/open/", record.open_own, name="file-open"),
    path("file/jobs/<int:pk>/remove/", record.remove_job, name="job-remove"),
    path("file/<slug:section>/", record.section, name="file-section"),
    path("positions/", positions.listing, name="positions"),
    path("positions/<int:pk>/", positions.why, name="why"),
    path("fairs/<int:page_id>/", fairs.fair, name="fair"),
    path("fairs/<int:page_id>/register/", fairs.register, name="register"),
    path("fairs/<int:page_id>/cancel/", fairs.cancel, name="cancel-registration"),
    path("tickets/", fairs.tickets, name="tickets"),
    path("tickets/<uuid:ticket>/", fairs.ticket, name="ticket"),
    path("intentions/", intentions.listing, name="intentions"),
    path("intentions/<int:pk>/confirm/", intentions.confirm, name="confirm-intention"),
    path("intentions/<int:pk>/contact/", intentions.contact, name="intention-contact"),
    path("confirmations/<int:pk>/", confirmations.page, name="confirmation"),
    # Whoever is signed in has reports, not veterans alone.
    path("reports/", complaints.own, name="reports"),
    path("consents/", consents.listing, name="consents"),
    path("consents/<slug:purpose>/", consents.change, name="consent"),
    path("evidence/", evidence.listing, name="evidence"),
    path("evidence/<int:pk>/", evidence.piece, name="evidence-piece"),
    path("evidence/<int:pk>/remove/", evidence.remove, name="evidence-remove"),
    path("hidden-employers/", hiding.listing, name="hidden-employers"),
    path("hidden-employers/<int:pk>/hide/", hiding.hide, name="hide-from"),
    path("hidden-employers/<int:pk>/show/", hiding.show, name="show-to"),
    path("claim/", claim.page, name="claim"),
    path("visits/", visits.listing, name="visits"),
    path("data/", data.page, name="data"),
    path("data/<slug:kind>/", data.download, name="data-download"),
    path("saved-searches/", saved.listing, name="saved-searches"),
    path("saved-searches/add/", saved.add, name="saved-search-add"),
    path("saved-searches/<int:pk>/", saved.change, name="saved-search"),
    path("saved-searches/<int:pk>/remove/", saved.remove, name="saved-search-remove"),
    path("access-log/", home.access_log, name="access-log"),
]
