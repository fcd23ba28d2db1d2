"""URLs of a user's notifications."""

from django.urls import path

from portal.web.public.notifications import views

urlpatterns = [
    path("notices/", views.listing, name="notifications"),
    path("notices/read/", views.read_all, name="notifications-read"),
    path("notices/<int:pk>/", views.follow, name="notification"),
]
