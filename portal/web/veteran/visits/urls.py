"""URL of the visits that a veteran received."""

from django.urls import path

from portal.web.veteran.visits import views

urlpatterns = [
    path("visits/", views.listing, name="visits"),
]
