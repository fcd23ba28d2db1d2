"""URL paths of employers, their documents and API tokens."""

from django.urls import path

from portal.web.staff.employers import api_token_views, employer_document_views, employer_views

urlpatterns = [
    path("employers/", employer_views.listing, name="employers"),
    path("employers/<int:pk>/", employer_views.detail, name="employer"),
    path("employers/papers/<int:pk>/", employer_document_views.show, name="employer-document"),
    path("employers/papers/<int:pk>/judge/", employer_document_views.judge, name="employer-document-judge"),
    path("tokens/", api_token_views.listing, name="tokens"),
    path("tokens/<int:pk>/revoke/", api_token_views.revoke, name="token-revoke"),
]
