"""URLs of signing in and out."""

from django.urls import path

from portal.web.public.accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", views.enter_code, name="sign-in-code"),
    path("sign-in/staff/", views.staff_sign_in, name="sign-in-staff"),
    path("sign-in/second-factor/", views.second_factor, name="second-factor"),
    path("sign-in/second-factor/setup/", views.set_up_second_factor, name="second-factor-setup"),
    path("sign-out/", views.sign_out, name="sign-out"),
]
