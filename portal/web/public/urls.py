from django.urls import path

from portal.web.public import elder, gallery

app_name = "public"

urlpatterns = [
    path("elder-mode/", elder.switch, name="elder-mode"),
    path("gallery/", gallery.gallery, name="gallery"),
]
