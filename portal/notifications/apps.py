from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "portal.notifications"
    verbose_name = "站内消息"
