from django.apps import AppConfig


class VeteransConfig(AppConfig):
    name = "portal.veterans"
    verbose_name = "退役军人"
