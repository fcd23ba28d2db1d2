from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "portal.web"
    verbose_name = "网页"
