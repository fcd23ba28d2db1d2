"""URLs of an employer's members and invitations."""

from django.urls import path

from portal.web.employer.members import views

urlpatterns = [
    path("members/", views.listing, name="members"),
    path("members/<int:pk>/role/", views.role, name="member-role"),
    path("members/<int:pk>/remove/", views.remove, name="member-remove"),
    path("invitations/", views.invitations, name="invitations"),
    path("invitations/<int:pk>/answer/", views.answer, name="invitation-answer"),
    path("invitations/<int:pk>/withdraw/", views.withdraw, name="invitation-withdraw"),
]
