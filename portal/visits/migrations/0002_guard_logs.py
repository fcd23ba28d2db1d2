from django.db import migrations

from portal.core.operations import GuardAppendOnly


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial")]

    operations = [
        GuardAppendOnly(model_name="visit"),
        GuardAppendOnly(model_name="visitneed"),
        GuardAppendOnly(model_name="returnregistration"),
    ]
