"""At the door and the booths of a fair, below /door/."""

from django.urls import path

from portal.web.door import views

app_name = "door"

urlpatterns = [
    path("", views.fairs, name="fairs"),
    path("<int:page_id>/", views.scan, name="scan"),
    path("<int:page_id>/check-in/", views.check_in, name="check-in"),
    path("<int:page_id>/visitor/", views.count_visitor, name="visitor"),
    path("<int:page_id>/intention/", views.intention, name="intention"),
]
