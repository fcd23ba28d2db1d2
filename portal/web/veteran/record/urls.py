"""URLs of a veteran's own record and of the claim of an existing one."""

from django.urls import path

from portal.web.veteran.record import record_claim, views

urlpatterns = [
    path("file/", views.overview, name="record"),
    path("file/open/", views.open_own, name="record-open"),
    path("file/jobs/<int:pk>/remove/", views.remove_job, name="job-remove"),
    path("file/<slug:section>/", views.section, name="record-section"),
    path("claim/", record_claim.page, name="claim"),
]
