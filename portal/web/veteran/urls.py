from django.urls import URLPattern

app_name = "veteran"

urlpatterns: list[URLPattern] = []
