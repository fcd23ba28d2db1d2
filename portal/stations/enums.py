from django.db import models


class StationLevel(models.TextChoices):
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWN = "town", "镇级"
    VILLAGE = "village", "村级"
