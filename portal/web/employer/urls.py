"""An employer's own pages, below /company/."""

from django.urls import path

from portal.web.employer import (
    candidates,
    fairs,
    intentions,
    members,
    papers,
    positions,
    profile,
    sheets,
    tokens,
    wording,
)

app_name = "employer"

urlpatterns = [
    path("", profile.home, name="home"),
    path("register/", profile.register, name="register"),
    path("profile/", profile.edit, name="profile"),
    path("profile/change/withdraw/", profile.withdraw_change, name="change-withdraw"),
    path("papers/", papers.listing, name="papers"),
    path("papers/<int:pk>/", papers.paper, name="paper"),
    path("papers/<int:pk>/remove/", papers.remove, name="paper-remove"),
    path("renewal/", papers.renew, name="renew"),
    path("members/", members.listing, name="members"),
    path("members/<int:pk>/role/", members.role, name="member-role"),
    path("members/<int:pk>/remove/", members.remove, name="member-remove"),
    path("invitations/", members.invitations, name="invitations"),
    path("invitations/<int:pk>/answer/", members.answer, name="invitation-answer"),
    path("invitations/<int:pk>/withdraw/", members.withdraw, name="invitation-withdraw"),
    path("positions/", positions.listing, name="positions"),
    path("positions/new/", positions.new, name="position-new"),
    path("positions/sheets/", sheets.listing, name="sheets"),
    path("positions/sheets/new/", sheets.new, name="sheet-new"),
    path("positions/sheets/template/", sheets.template, name="sheet-template"),
    path("positions/sheets/<int:pk>/", sheets.detail, name="sheet"),
    path("positions/sheets/<int:pk>/columns/", sheets.columns, name="sheet-columns"),
    path("positions/sheets/<int:pk>/result/", sheets.result, name="sheet-result"),
    path("positions/sheets/<int:pk>/<slug:step>/", sheets.take_step, name="sheet-step"),
    path("positions/check/", wording.check, name="position-check"),
    path("positions/<int:pk>/", positions.edit, name="position-edit"),
    path("positions/<int:pk>/submit/", positions.submit, name="position-submit"),
    path("positions/<int:pk>/withdraw/", positions.withdraw, name="position-withdraw"),
    path("positions/<int:pk>/candidates/", candidates.listing, name="candidates"),
    path("fairs/", fairs.listing, name="fairs"),
    path("fairs/<int:page_id>/join/", fairs.join, name="join-fair"),
    path("fairs/<int:page_id>/leave/", fairs.leave, name="leave-fair"),
    path("intentions/", intentions.listing, name="intentions"),
    path("intentions/<int:pk>/confirm/", intentions.confirm, name="confirm-intention"),
    path("intentions/<int:pk>/phone/", intentions.phone, name="intention-phone"),
    path("tokens/", tokens.listing, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
]
