"""URL paths of the evaluation and release of the ranking."""

from django.urls import path

from portal.web.staff.ranking import views

urlpatterns = [
    path("learning/", views.evaluation, name="learning"),
    path("learning/run/", views.run, name="learning-run"),
    path("learning/roll-back/", views.roll_back, name="learning-roll-back"),
    path("learning/<int:pk>/adopt/", views.adopt, name="learning-adopt"),
]
