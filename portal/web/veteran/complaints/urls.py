"""URL of a user's own complaints."""

from django.urls import path

from portal.web.veteran.complaints import views

urlpatterns = [
    path("reports/", views.listing, name="complaints"),
]
