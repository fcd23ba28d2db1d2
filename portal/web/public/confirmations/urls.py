"""URLs of signed confirmation links, open to their holders."""

from django.urls import path

from portal.web.public.confirmations import views

urlpatterns = [
    path("confirm/thanks/", views.thanks, name="confirmation-thanks"),
    path("confirm/<str:token>/", views.page, name="confirmation"),
]
