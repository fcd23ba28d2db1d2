"""URL paths of the audit log and the access log."""

from django.urls import path

from portal.web.staff.audit import views

urlpatterns = [
    path("audit/", views.events, name="audit"),
    path("audit/looks/", views.accesses, name="access-log"),
    path("audit/verify/", views.verify, name="audit-verify"),
]
