"""An employer's own pages, below /company/."""

from django.urls import path

from portal.web.employer.fairs import fairs
from portal.web.employer.organisation import members, papers, profile, tokens
from portal.web.employer.placements import confirmations, intentions
from portal.web.employer.positions import candidates, imports, position_life, positions, wording

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
    path("positions/sheets/", imports.listing, name="imports"),
    path("positions/sheets/new/", imports.new, name="import-new"),
    path("positions/sheets/template/", imports.template, name="import-template"),
    path("positions/sheets/<int:pk>/", imports.detail, name="import"),
    path("positions/sheets/<int:pk>/columns/", imports.columns, name="import-columns"),
    path("positions/sheets/<int:pk>/result/", imports.result, name="import-result"),
    path("positions/sheets/<int:pk>/<slug:step>/", imports.take_step, name="import-step"),
    path("positions/check/", wording.check, name="position-check"),
    path("positions/<int:pk>/", positions.edit, name="position-edit"),
    path("positions/<int:pk>/submit/", positions.submit, name="position-submit"),
    path("positions/<int:pk>/withdraw/", positions.withdraw, name="position-withdraw"),
    path("positions/<int:pk>/manage/", position_life.manage, name="position-life"),
    path("positions/<int:pk>/headcount/", position_life.grow, name="position-grow"),
    path("positions/<int:pk>/occupation/", position_life.occupation, name="position-occupation"),
    path("positions/<int:pk>/fairs/<int:page_id>/", position_life.bring, name="position-bring"),
    path("positions/<int:pk>/closing/", position_life.closing, name="position-closing"),
    path("positions/<int:pk>/steps/<slug:step>/", position_life.take_step, name="position-step"),
    path("positions/<int:pk>/candidates/", candidates.listing, name="candidates"),
    path("fairs/", fairs.listing, name="fairs"),
    path("fairs/<int:page_id>/join/", fairs.join, name="join-fair"),
    path("fairs/<int:page_id>/leave/", fairs.leave, name="leave-fair"),
    path("intentions/", intentions.listing, name="intentions"),
    path("intentions/<int:pk>/confirm/", intentions.confirm, name="confirm-intention"),
    path("intentions/<int:pk>/phone/", intentions.phone, name="intention-phone"),
    path("confirmations/", confirmations.sheet, name="confirmations"),
    path("tokens/", tokens.listing, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
]
