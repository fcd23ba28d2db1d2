"""URL paths of position review, complaints and candidates."""

from django.urls import path

from portal.web.staff.positions import candidate_views, complaint_views, occupation_views, position_views

urlpatterns = [
    path("positions/", position_views.listing, name="positions"),
    path("positions/approve/", position_views.approve_many, name="positions-approve"),
    path("positions/<int:pk>/occupation/", occupation_views.correct, name="position-occupation"),
    path("positions/<int:pk>/", position_views.detail, name="position"),
    path("positions/<int:pk>/candidates/", candidate_views.position_candidates, name="candidates"),
    path("reports/", complaint_views.listing, name="complaints"),
    path("reports/<int:pk>/", complaint_views.detail, name="complaint"),
    path("booths/<int:pk>/people/", candidate_views.booth_candidates, name="booth-candidates"),
]
