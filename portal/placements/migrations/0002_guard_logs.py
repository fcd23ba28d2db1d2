from django.db import migrations

from portal.core.operations import GuardAppendOnly


class Migration(migrations.Migration):
    dependencies = [("placements", "0001_initial")]

    operations = [
        GuardAppendOnly(model_name="placementtransition"),
        GuardAppendOnly(model_name="followupattempt"),
    ]
