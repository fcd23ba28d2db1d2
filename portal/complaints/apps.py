from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "portal.complaints"
    verbose_name = "岗位举报"
