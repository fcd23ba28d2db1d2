"""URL paths of imports of veterans' records."""

from django.urls import path

from portal.web.staff.imports import views

urlpatterns = [
    path("sheets/", views.listing, name="imports"),
    path("sheets/new/", views.new, name="import-new"),
    path("sheets/template/", views.template, name="import-template"),
    path("sheets/<int:pk>/", views.detail, name="import"),
    path("sheets/<int:pk>/columns/", views.columns, name="import-columns"),
    path("sheets/<int:pk>/worksheet/", views.worksheet, name="import-worksheet"),
    path("sheets/<int:pk>/result/", views.result, name="import-result"),
    path("sheets/<int:pk>/<slug:step>/", views.take_step, name="import-step"),
]
