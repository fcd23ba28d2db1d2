"""URLs of a user's saved searches."""

from django.urls import path

from portal.web.veteran.saved_searches import views

urlpatterns = [
    path("saved-searches/", views.listing, name="saved-searches"),
    path("saved-searches/add/", views.add, name="saved-search-add"),
    path("saved-searches/<int:pk>/", views.change, name="saved-search"),
    path("saved-searches/<int:pk>/remove/", views.remove, name="saved-search-remove"),
]
