"""Wiring only. Wagtail's urls come last: they answer for every path that nothing else claims."""

from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.documents import urls as wagtaildocs_urls

from portal.api.urls import api, unknown_path

urlpatterns = [
    path("cms/", include("cms.urls")),
    path("documents/", include(wagtaildocs_urls)),
    path("api/v1/", api.urls),
    path("api/<path:rest>", unknown_path),
    path("me/", include("portal.web.veteran.urls")),
    path("company/", include("portal.web.employer.urls")),
    path("desk/", include("portal.web.staff.urls")),
    path("door/", include("portal.web.door.urls")),
    path("", include("portal.web.public.urls")),
    # Wagtail's own page for readers of protected pages; one page signs people in.
    path("_util/login/", RedirectView.as_view(pattern_name="public:sign-in", query_string=True)),
    path("", include(wagtail_urls)),
]

handler400 = "portal.web.public.site.error_pages.bad_request"
handler403 = "portal.web.public.site.error_pages.forbidden"
handler404 = "portal.web.public.site.error_pages.not_found"
handler500 = "portal.web.public.site.error_pages.server_error"
