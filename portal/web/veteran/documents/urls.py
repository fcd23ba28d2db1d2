"""URLs of the documents in a veteran's record."""

from django.urls import path

from portal.web.veteran.documents import views

urlpatterns = [
    path("evidence/", views.listing, name="documents"),
    path("evidence/<int:pk>/", views.document, name="document"),
    path("evidence/<int:pk>/remove/", views.remove, name="document-remove"),
]
