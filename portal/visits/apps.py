from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "portal.visits"
    verbose_name = "走访"
