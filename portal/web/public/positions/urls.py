"""URLs of open positions and their employers."""

from django.urls import path

from portal.web.public.positions import atom_feed, views

urlpatterns = [
    path("positions/", views.positions, name="positions"),
    path("positions/<int:pk>/", views.position, name="position"),
    path("employers/<int:pk>/", views.employer, name="employer"),
    path("feeds/positions.atom", atom_feed.positions, name="positions-feed"),
]
