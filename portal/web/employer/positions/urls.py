"""URLs of an employer's positions."""

from django.urls import path

from portal.web.employer.positions import candidate_list, position_editing, position_management, wording_check

urlpatterns = [
    path("positions/", position_editing.listing, name="positions"),
    path("positions/new/", position_editing.new, name="position-new"),
    path("positions/check/", wording_check.check, name="position-check"),
    path("positions/<int:pk>/", position_editing.edit, name="position-edit"),
    path("positions/<int:pk>/submit/", position_editing.submit, name="position-submit"),
    path("positions/<int:pk>/withdraw/", position_editing.withdraw, name="position-withdraw"),
    path("positions/<int:pk>/manage/", position_management.manage, name="position-life"),
    path("positions/<int:pk>/headcount/", position_management.grow, name="position-grow"),
    path("positions/<int:pk>/occupation/", position_management.occupation, name="position-occupation"),
    path("positions/<int:pk>/fairs/<int:page_id>/", position_management.bring, name="position-bring"),
    path("positions/<int:pk>/closing/", position_management.closing, name="position-closing"),
    path("positions/<int:pk>/steps/<slug:step>/", position_management.take_step, name="position-step"),
    path("positions/<int:pk>/candidates/", candidate_list.listing, name="candidates"),
]
