import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# The lock-out table of django-axes held phones in plain text; its limits are now those of guess_limits.py.
_DROP_AXES = [
    f"DROP TABLE IF EXISTS axes_{name}"
    for name in ("accessattemptexpiration", "accessattempt", "accesslog", "accessfailurelog")
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(_DROP_AXES, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="onetimecode",
            name="browser",
            field=models.CharField(db_index=True, default="", max_length=64, verbose_name="浏览器"),
        ),
        migrations.AddField(
            model_name="onetimecode",
            name="digits",
            field=models.PositiveSmallIntegerField(default=6, verbose_name="位数"),
        ),
        migrations.CreateModel(
            name="GuessCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, verbose_name="检索值")),
                ("day", models.DateField(db_index=True, verbose_name="日期")),
                ("wrong", models.PositiveIntegerField(default=0, verbose_name="输错次数")),
                ("sends", models.PositiveIntegerField(default=0, verbose_name="未用的验证码")),
            ],
            options={
                "verbose_name": "登录尝试次数",
                "verbose_name_plural": "登录尝试次数",
                "constraints": [models.UniqueConstraint(fields=("key", "day"), name="guess_count_unique")],
            },
        ),
        migrations.CreateModel(
            name="KnownBrowser",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="检索值")),
                ("label", models.CharField(blank=True, max_length=60, verbose_name="设备")),
                (
                    "first_used_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="首次登录"),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="最近登录"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="known_browsers",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "verbose_name": "登录过的设备",
                "verbose_name_plural": "登录过的设备",
                "ordering": ["-last_used_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "digest"), name="known_browser_once")
                ],
            },
        ),
    ]
