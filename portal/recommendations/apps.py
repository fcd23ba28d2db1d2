from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    name = "portal.recommendations"
    verbose_name = "岗位推荐"
