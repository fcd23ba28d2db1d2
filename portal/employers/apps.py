from django.apps import AppConfig


class EmployersConfig(AppConfig):
    name = "portal.employers"
    verbose_name = "用人单位"
