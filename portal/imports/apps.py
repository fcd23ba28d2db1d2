from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "portal.imports"
    verbose_name = "表格导入"
