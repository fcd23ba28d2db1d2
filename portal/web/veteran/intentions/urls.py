"""URLs of a veteran's intentions."""

from django.urls import path

from portal.web.veteran.intentions import views

urlpatterns = [
    path("intentions/", views.listing, name="intentions"),
    path("intentions/<int:pk>/confirm/", views.confirm, name="confirm-intention"),
    path("intentions/<int:pk>/contact/", views.contact, name="intention-contact"),
]
