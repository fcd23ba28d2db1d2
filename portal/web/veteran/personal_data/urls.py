"""URLs of a veteran's personal data: copies and access log."""

from django.urls import path

from portal.web.veteran.personal_data import views

urlpatterns = [
    path("data/", views.page, name="data"),
    path("data/<slug:kind>/", views.download, name="data-download"),
    path("access-log/", views.access_log, name="access-log"),
]
