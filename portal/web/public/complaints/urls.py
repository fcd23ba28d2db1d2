"""URL of the complaint form."""

from django.urls import path

from portal.web.public.complaints import views

urlpatterns = [
    path("positions/<int:pk>/report/", views.report, name="position-complaint"),
]
