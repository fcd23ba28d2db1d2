from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "portal.sheets"
    verbose_name = "表格导入"
