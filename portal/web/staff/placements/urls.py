"""URL paths of placements and confirmation links."""

from django.urls import path

from portal.web.staff.placements import confirmation_link_views, placement_views

urlpatterns = [
    path("placements/", placement_views.listing, name="placements"),
    path("placements/<int:pk>/", placement_views.detail, name="placement"),
    path("placements/<int:pk>/reopen/", placement_views.reopen, name="placement-reopen"),
    path("placements/<int:pk>/correct/", placement_views.correct, name="placement-correct"),
    path("placements/<int:pk>/ask/", confirmation_link_views.ask_person, name="ask-person"),
    path("confirmations/employers/<int:pk>/", confirmation_link_views.ask_employer, name="ask-employer"),
    path("confirmations/<int:pk>/revoke/", confirmation_link_views.revoke, name="confirmation-revoke"),
]
