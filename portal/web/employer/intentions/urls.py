"""URLs of the intentions on an employer's positions."""

from django.urls import path

from portal.web.employer.intentions import views

urlpatterns = [
    path("intentions/", views.listing, name="intentions"),
    path("intentions/<int:pk>/confirm/", views.confirm, name="confirm-intention"),
    path("intentions/<int:pk>/phone/", views.phone, name="intention-phone"),
]
