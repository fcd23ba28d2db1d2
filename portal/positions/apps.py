from django.apps import AppConfig


class PositionsConfig(AppConfig):
    name = "portal.positions"
    verbose_name = "岗位"
