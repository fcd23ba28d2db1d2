from django.db import migrations, models

from portal.core.migration_operations import GuardAppendOnly, UnguardAppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_second_factor"),
    ]

    operations = [
        UnguardAppendOnly(model_name="accesslog"),
        migrations.AddField(
            model_name="accesslog",
            name="listed_on",
            field=models.DateField(blank=True, null=True, verbose_name="列表日期"),
        ),
        migrations.AlterField(
            model_name="accesslog",
            name="kind",
            field=models.CharField(
                choices=[
                    ("view", "查看"),
                    ("listed", "在列表中显示"),
                    ("reveal", "查看敏感信息"),
                    ("refused", "越权访问被拒绝"),
                ],
                max_length=10,
                verbose_name="方式",
            ),
        ),
        migrations.AddConstraint(
            model_name="accesslog",
            constraint=models.UniqueConstraint(
                condition=models.Q(("listed_on__isnull", False)),
                fields=("actor", "file_id", "listed_on", "reason"),
                name="access_listed_once_a_day",
            ),
        ),
        GuardAppendOnly(model_name="accesslog"),
    ]
