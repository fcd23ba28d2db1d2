"""URLs of the public search."""

from django.urls import path

from portal.web.public.search import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggest", views.suggest, name="suggest"),
]
