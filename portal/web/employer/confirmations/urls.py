"""URL of the page where an employer answers about its placements."""

from django.urls import path

from portal.web.employer.confirmations import views

urlpatterns = [
    path("confirmations/", views.answer_many, name="confirmations"),
]
