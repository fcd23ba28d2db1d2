from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "portal.learning"
    verbose_name = "效果学习"
