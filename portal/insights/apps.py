from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "portal.insights"
    verbose_name = "统计"
