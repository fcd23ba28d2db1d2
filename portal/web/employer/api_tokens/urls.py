"""URLs of an employer's API tokens."""

from django.urls import path

from portal.web.employer.api_tokens import views

urlpatterns = [
    path("tokens/", views.listing, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="token-revoke"),
]
