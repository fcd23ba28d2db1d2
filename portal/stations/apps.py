from django.apps import AppConfig


class StationsConfig(AppConfig):
    name = "portal.stations"
    verbose_name = "服务站"
