"""URLs of signing in and out."""

from django.urls import path

from portal.web.public.accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, {"step": "phone"}, name="sign-in"),
    path("sign-in/code/", views.sign_in, {"step": "code"}, name="sign-in-code"),
    path("sign-in/staff/", views.sign_in, {"step": "password"}, name="sign-in-staff"),
    path("sign-in/second-factor/", views.sign_in, {"step": "second-factor"}, name="second-factor"),
    path(
        "sign-in/second-factor/setup/",
        views.sign_in,
        {"step": "second-factor-setup"},
        name="second-factor-setup",
    ),
    path("sign-out/", views.sign_out, name="sign-out"),
]
