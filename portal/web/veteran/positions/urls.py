"""URLs of a veteran's recommended positions."""

from django.urls import path

from portal.web.veteran.positions import views

urlpatterns = [
    path("positions/", views.listing, name="positions"),
    path("positions/<int:pk>/", views.why, name="why"),
]
