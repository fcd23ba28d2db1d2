"""The JSON API for integrators, described at /api/v1/docs."""

from django.conf import settings
from ninja import NinjaAPI
from ninja.security import django_auth

api = NinjaAPI(
    title=settings.WAGTAIL_SITE_NAME,
    version="1.0",
    auth=django_auth,
    urls_namespace="api",
)
