"""URL paths of fairs and their booths."""

from django.urls import path

from portal.web.staff.fairs import booth_views, fair_views

urlpatterns = [
    path("booths/", booth_views.listing, name="booths"),
    path("booths/<int:pk>/", booth_views.detail, name="booth"),
    path("fairs/", fair_views.listing, name="fairs"),
    path("fairs/<int:page_id>/", fair_views.detail, name="fair"),
]
