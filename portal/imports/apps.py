from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "portal.imports"
    verbose_name = "表格导入"
