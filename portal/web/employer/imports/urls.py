"""URLs of position imports from Excel or CSV."""

from django.urls import path

from portal.web.employer.imports import views

urlpatterns = [
    path("positions/sheets/", views.listing, name="imports"),
    path("positions/sheets/new/", views.new, name="import-new"),
    path("positions/sheets/template/", views.template, name="import-template"),
    path("positions/sheets/<int:pk>/", views.detail, name="import"),
    path("positions/sheets/<int:pk>/columns/", views.columns, name="import-columns"),
    path("positions/sheets/<int:pk>/worksheet/", views.worksheet, name="import-worksheet"),
    path("positions/sheets/<int:pk>/result/", views.result, name="import-result"),
    path("positions/sheets/<int:pk>/<slug:step>/", views.take_step, name="import-step"),
]
