from django.apps import AppConfig


class FairsConfig(AppConfig):
    name = "portal.fairs"
    verbose_name = "招聘会现场"
