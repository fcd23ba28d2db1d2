"""URLs of the employers that a record is hidden from."""

from django.urls import path

from portal.web.veteran.hidden_employers import views

urlpatterns = [
    path("hidden-employers/", views.listing, name="hidden-employers"),
    path("hidden-employers/<int:pk>/hide/", views.hide, name="hide-from"),
    path("hidden-employers/<int:pk>/show/", views.show, name="show-to"),
]
