"""URL paths of veterans' records, their documents, visits and return registrations."""

from django.urls import path

from portal.web.staff.records import (
    claim_views,
    desk_sign_in_views,
    document_views,
    duplicate_views,
    hidden_employer_views,
    record_closing_views,
    record_export_views,
    record_section_views,
    record_views,
    return_views,
    visit_views,
)

urlpatterns = [
    path("veterans/", record_views.listing, name="veterans"),
    path("veterans/export/", record_export_views.export, name="veterans-export"),
    path("veterans/new/", record_views.new, name="veteran-new"),
    path("veterans/<int:pk>/", record_views.detail, name="veteran"),
    path("veterans/<int:pk>/desk-code/", desk_sign_in_views.desk_code, name="veteran-desk-code"),
    path("veterans/<int:pk>/visits/", visit_views.visits_of_veteran, name="veteran-visits"),
    path("veterans/<int:pk>/close/", record_closing_views.close, name="veteran-close"),
    path("veterans/<int:pk>/reopen/", record_closing_views.reopen, name="veteran-reopen"),
    path("veterans/<int:pk>/edit/<slug:section>/", record_section_views.section, name="veteran-edit"),
    path(
        "veterans/<int:pk>/jobs/<int:job>/remove/", record_section_views.remove_job, name="veteran-job-remove"
    ),
    path("veterans/<int:pk>/evidence/", document_views.listing, name="veteran-documents"),
    path("veterans/<int:pk>/hidden-employers/", hidden_employer_views.listing, name="hidden-employers"),
    path(
        "veterans/<int:pk>/hidden-employers/<int:employer>/hide/",
        hidden_employer_views.hide,
        name="employer-hide",
    ),
    path(
        "veterans/<int:pk>/hidden-employers/<int:employer>/show/",
        hidden_employer_views.show,
        name="employer-show",
    ),
    path("duplicates/", duplicate_views.listing, name="duplicates"),
    path("duplicates/<int:first>/<int:second>/", duplicate_views.compare, name="duplicate"),
    path("merges/<int:pk>/undo/", duplicate_views.undo, name="merge-undo"),
    path("claims/", claim_views.listing, name="claims"),
    path("claims/<int:pk>/", claim_views.decide, name="claim"),
    path("evidence/<int:pk>/", document_views.show, name="document"),
    path("evidence/<int:pk>/judge/", document_views.judge, name="document-judge"),
    path("evidence/<int:pk>/remove/", document_views.remove, name="document-remove"),
    path("veterans/<int:pk>/reveal/", record_views.reveal, name="veteran-reveal"),
    path("veterans/<int:pk>/register/", record_views.register, name="veteran-register"),
    path("veterans/<int:pk>/declare/", record_views.declare, name="veteran-declare"),
    path("visits/", visit_views.worklist, name="visits"),
    path("visits/coverage/", visit_views.coverage, name="visit-coverage"),
    path("visits/<int:pk>/correct/", visit_views.correct, name="visit-correct"),
    path("returns/", return_views.listing, name="returns"),
    path("returns/new/", return_views.new, name="return-new"),
    path("returns/<int:pk>/", return_views.receipt, name="return"),
]
