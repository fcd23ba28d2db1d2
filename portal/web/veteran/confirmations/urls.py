"""URL of a veteran's answer about one placement."""

from django.urls import path

from portal.web.veteran.confirmations import views

urlpatterns = [
    path("confirmations/<int:pk>/", views.page, name="confirmation"),
]
