"""The desk of station staff, below /desk/."""

from django.urls import path

from portal.web.staff import (
    audit,
    booths,
    candidates,
    day,
    employers,
    exports,
    fairs,
    placements,
    positions,
    sheets,
    veterans,
)

app_name = "staff"

urlpatterns = [
    path("", day.day, name="day"),
    path("follow-ups/<int:pk>/", day.follow_up, name="follow-up"),
    path("veterans/", veterans.listing, name="veterans"),
    path("veterans/export/", exports.export, name="veterans-export"),
    path("veterans/new/", veterans.new, name="veteran-new"),
    path("veterans/<int:pk>/", veterans.detail, name="veteran"),
    path("veterans/<int:pk>/reveal/", veterans.reveal, name="reveal"),
    path("veterans/<int:pk>/register/", veterans.register, name="veteran-register"),
    path("veterans/<int:pk>/declare/", veterans.declare, name="veteran-declare"),
    path("sheets/", sheets.listing, name="sheets"),
    path("sheets/new/", sheets.new, name="sheet-new"),
    path("sheets/template/", sheets.template, name="sheet-template"),
    path("sheets/<int:pk>/", sheets.detail, name="sheet"),
    path("sheets/<int:pk>/columns/", sheets.columns, name="sheet-columns"),
    path("sheets/<int:pk>/result/", sheets.result, name="sheet-result"),
    path("sheets/<int:pk>/<slug:step>/", sheets.take_step, name="sheet-step"),
    path("employers/", employers.listing, name="employers"),
    path("employers/<int:pk>/", employers.detail, name="employer"),
    path("positions/", positions.listing, name="positions"),
    path("positions/<int:pk>/", positions.detail, name="position"),
    path("positions/<int:pk>/candidates/", candidates.position, name="candidates"),
    path("booths/", booths.listing, name="booths"),
    path("booths/<int:pk>/", booths.detail, name="booth"),
    path("booths/<int:pk>/people/", candidates.booth, name="booth-people"),
    path("fairs/", fairs.listing, name="fairs"),
    path("fairs/<int:page_id>/", fairs.detail, name="fair"),
    path("audit/", audit.events, name="audit"),
    path("audit/looks/", audit.looks, name="audit-looks"),
    path("audit/verify/", audit.verify, name="audit-verify"),
    path("placements/", placements.listing, name="placements"),
    path("placements/<int:pk>/", placements.detail, name="placement"),
    path("placements/<int:pk>/correct/", placements.correct, name="placement-correct"),
]
