"""URLs of fairs and tickets of a veteran."""

from django.urls import path

from portal.web.veteran.fairs import views

urlpatterns = [
    path("fairs/<int:page_id>/", views.fair, name="fair"),
    path("fairs/<int:page_id>/register/", views.register, name="register"),
    path("fairs/<int:page_id>/cancel/", views.cancel, name="cancel-registration"),
    path("tickets/", views.tickets, name="tickets"),
    path("tickets/<uuid:ticket>/", views.ticket, name="ticket"),
]
