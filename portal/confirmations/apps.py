from django.apps import AppConfig


class ConfirmationsConfig(AppConfig):
    name = "portal.confirmations"
    verbose_name = "双方确认"
