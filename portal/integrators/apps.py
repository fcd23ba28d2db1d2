from django.apps import AppConfig


class IntegratorsConfig(AppConfig):
    name = "portal.integrators"
    label = "integrators"
    verbose_name = "接口对接"
