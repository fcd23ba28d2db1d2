from django.db import migrations, models

import portal.core.models


class Migration(migrations.Migration):
    dependencies = [("veterans", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="veteran",
            name="name_key",
            field=portal.core.models.NameKeyField(
                blank=True,
                db_index=True,
                default="",
                editable=False,
                max_length=80,
                source="name",
                verbose_name="姓名检索值",
            ),
        ),
        migrations.AlterField(
            model_name="veteran",
            name="name",
            field=models.CharField(max_length=40, verbose_name="姓名"),
        ),
        migrations.RemoveIndex(model_name="veteran", name="veteran_found"),
        migrations.AddIndex(
            model_name="veteran",
            index=models.Index(
                fields=["station", "name_key", "id_last4", "employment_status", "account"],
                name="veteran_found",
            ),
        ),
    ]
