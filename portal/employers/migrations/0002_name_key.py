from django.db import migrations

import portal.core.models


class Migration(migrations.Migration):
    dependencies = [("employers", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="employer",
            name="name_key",
            field=portal.core.models.NameKeyField(
                blank=True,
                default="",
                editable=False,
                max_length=160,
                source="name",
                verbose_name="单位名称检索值",
            ),
        ),
    ]
