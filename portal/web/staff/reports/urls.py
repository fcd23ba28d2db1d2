"""URL paths of reports, the rows behind a figure and data problems."""

from django.urls import path

from portal.web.staff.reports import (
    chart_report_views,
    report_export_views,
    row_views,
    table_report_views,
    worklist_views,
)

urlpatterns = [
    path("insights/", chart_report_views.funnels, name="report-funnels"),
    path("insights/retention/", chart_report_views.retention, name="report-retention"),
    path("insights/satisfaction/", chart_report_views.satisfaction, name="report-satisfaction"),
    path("insights/fairs/", table_report_views.fairs, name="report-fairs"),
    path("insights/years/", table_report_views.years, name="report-years"),
    path("insights/month/", table_report_views.month, name="report-month"),
    path("insights/month/pdf/", table_report_views.month_pdf, name="report-month-pdf"),
    path("insights/rows/", row_views.rows, name="report-rows"),
    path("insights/export/<slug:report>/", report_export_views.export, name="report-export"),
    path("trouble/", worklist_views.worklist, name="worklists"),
    path("trouble/<slug:key>/", worklist_views.worklist, name="worklist"),
]
