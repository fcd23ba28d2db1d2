from django.db import migrations

from portal.core.operations import GuardAppendOnly


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [GuardAppendOnly(model_name="accesslog")]
