"""URLs of site-wide pages: landing, health, media, elder mode, component gallery."""

from django.urls import path, re_path

from portal.web.public.site import component_gallery, elder_mode, health, landing, media

urlpatterns = [
    path("landing/", landing.landing, name="landing"),
    path("healthz", health.health, name="health"),
    re_path(r"^media/(?P<path>(?:images|original_images)/.+)$", media.media, name="media"),
    path("elder-mode/", elder_mode.switch, name="elder-mode"),
    path("gallery/", component_gallery.gallery, name="gallery"),
]
