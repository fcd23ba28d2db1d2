"""URLs of an employer's verification documents."""

from django.urls import path

from portal.web.employer.documents import views

urlpatterns = [
    path("papers/", views.listing, name="documents"),
    path("papers/<int:pk>/", views.document, name="document"),
    path("papers/<int:pk>/remove/", views.remove, name="document-remove"),
    path("renewal/", views.renew, name="renew"),
]
