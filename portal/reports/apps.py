from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "portal.reports"
    verbose_name = "统计"
