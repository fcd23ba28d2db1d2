"""An employer's own pages, below /company/."""

from django.urls import path

from portal.web.employer import candidates, fairs, intentions, positions, profile, tokens

app_name = "employer"

urlpatterns = [
    path("", profile.home, name="home"),
    path("register/", profile.register, name="register"),
    path("profile/", profile.edit, name="profile"),
    path("positions/", positions.listing, name="positions"),
    path("positions/new/", positions.new, name="position-new"),
    path("positions/<int:pk>/", positions.edit, name="position-edit"),
    path("positions/<int:pk>/submit/", positions.submit, name="position-submit"),
    path("positions/<int:pk>/withdraw/", positions.withdraw, name="position-withdraw"),
    path("positions/<int:pk>/candidates/", candidates.listing, name="candidates"),
    path("fairs/", fairs.listing, name="fairs"),
    path("fairs/<int:page_id>/join/", fairs.join, name="join-fair"),
    path("intentions/", intentions.listing, name="intentions"),
    path("intentions/<int:pk>/confirm/", intentions.confirm, name="confirm-intention"),
    path("intentions/<int:pk>/phone/", intentions.phone, name="intention-phone"),
    path("tokens/", tokens.listing, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
]
