"""URLs of a veteran's consents."""

from django.urls import path

from portal.web.veteran.consents import views

urlpatterns = [
    path("consents/", views.listing, name="consents"),
    path("consents/<slug:purpose>/", views.change, name="consent"),
]
