"""URLs of an employer's start page, registration and profile."""

from django.urls import path

from portal.web.employer.profile import views

urlpatterns = [
    path("", views.home, name="home"),
    path("register/", views.register, name="register"),
    path("profile/", views.edit, name="profile"),
    path("profile/change/withdraw/", views.withdraw_change, name="change-withdraw"),
]
