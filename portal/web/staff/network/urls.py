"""URL paths of the service network and its staff."""

from django.urls import path

from portal.web.staff.network import appointment_views, permission_views, sign_in_views, station_views

urlpatterns = [
    path("network/", station_views.tree, name="network"),
    path("network/<int:pk>/", station_views.tree, name="network-station"),
    path("network/<int:pk>/staff/", appointment_views.staff, name="network-staff"),
    path("network/<int:pk>/<slug:change>/", station_views.change, name="network-change"),
    path("network/posts/<int:pk>/", appointment_views.detail, name="network-appointment"),
    path("network/posts/<int:pk>/sign-in/", sign_in_views.sign_in_means, name="network-sign-in"),
    path("permissions/", permission_views.permissions, name="permissions"),
]
