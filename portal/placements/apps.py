from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "portal.placements"
    verbose_name = "安置跟踪"
