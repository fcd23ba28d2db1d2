"""URL of a veteran's start page."""

from django.urls import path

from portal.web.veteran.home import views

urlpatterns = [
    path("", views.home, name="home"),
]
