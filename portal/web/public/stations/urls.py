"""URL of the list of service stations."""

from django.urls import path

from portal.web.public.stations import views

urlpatterns = [
    path("stations/", views.stations, name="stations"),
]
