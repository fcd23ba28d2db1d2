"""URLs of an employer's booths at fairs."""

from django.urls import path

from portal.web.employer.fairs import views

urlpatterns = [
    path("fairs/", views.listing, name="fairs"),
    path("fairs/<int:page_id>/join/", views.join, name="join-fair"),
    path("fairs/<int:page_id>/leave/", views.leave, name="leave-fair"),
]
