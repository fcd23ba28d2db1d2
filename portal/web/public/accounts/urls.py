"""URLs of signing in and out."""

from django.urls import path

from portal.web.public.accounts import account_views, phone_views, views

urlpatterns = [
    path("sign-in/", views.sign_in, {"step": "phone"}, name="sign-in"),
    path("sign-in/code/", views.sign_in, {"step": "code"}, name="sign-in-code"),
    path("sign-in/owner/", views.sign_in, {"step": "owner"}, name="sign-in-owner"),
    path("sign-in/desk/", views.sign_in, {"step": "desk"}, name="sign-in-desk"),
    path("sign-in/staff/", views.sign_in, {"step": "password"}, name="sign-in-staff"),
    path("sign-in/second-factor/", views.sign_in, {"step": "second-factor"}, name="second-factor"),
    path(
        "sign-in/second-factor/setup/",
        views.sign_in,
        {"step": "second-factor-setup"},
        name="second-factor-setup",
    ),
    path("account/", account_views.account, name="account"),
    path("account/password/", account_views.change_password, name="account-password"),
    path("account/phone/", phone_views.new_phone, name="account-phone"),
    path("account/phone/codes/", phone_views.phone_codes, name="account-phone-codes"),
    path(
        "account/sign-out-everywhere/",
        account_views.sign_out_of_all,
        name="account-sign-out-everywhere",
    ),
    path("sign-out/", views.sign_out, name="sign-out"),
]
