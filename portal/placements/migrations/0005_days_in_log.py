from itertools import groupby

from django.db import migrations, models

from portal.core.operations import guard_sql, unguard_sql

IN_POST = {"onboarded", "retained_1m", "retained_3m", "retained_6m", "retained_12m"}


def _fold(lines):
    """Set on each line of one placement's log the days in post as they stood after it."""
    first = last = known_first = known_last = None
    for line in lines:
        if line.to_state in IN_POST:
            first = line.happened_on if line.step == "onboard" else (first or known_first or line.happened_on)
            last, known_first = None, first
        elif line.to_state == "left":
            first = first or known_first or line.happened_on
            last = known_last if line.step == "correct" and known_last else line.happened_on
            last = known_last = max(first, last)
        else:
            first = last = None
        line.onboarded_on, line.left_on = first, last


def fill(apps, schema_editor):
    """The lines that are there get their days, and each row those of its last line."""
    Line = apps.get_model("placements", "PlacementTransition")
    Placement = apps.get_model("placements", "Placement")
    vendor = schema_editor.connection.vendor
    for statement in unguard_sql(Line, vendor):
        schema_editor.execute(statement)
    lines = Line.objects.order_by("placement_id", "sequence")
    for placement, rows in groupby(lines.iterator(2_000), key=lambda line: line.placement_id):
        group = list(rows)
        _fold(group)
        for line in group:
            if line.onboarded_on or line.left_on:
                Line.objects.filter(pk=line.pk).update(onboarded_on=line.onboarded_on, left_on=line.left_on)
        Placement.objects.filter(pk=placement).update(
            onboarded_on=group[-1].onboarded_on, left_on=group[-1].left_on
        )
    for statement in guard_sql(Line, vendor):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("placements", "0004_tracking")]

    operations = [
        migrations.AddField(
            model_name="placementtransition",
            name="left_on",
            field=models.DateField(blank=True, null=True, verbose_name="离职日期"),
        ),
        migrations.AddField(
            model_name="placementtransition",
            name="onboarded_on",
            field=models.DateField(blank=True, null=True, verbose_name="入职日期"),
        ),
        migrations.AddIndex(
            model_name="dutyevent",
            index=models.Index(fields=["kind", "at"], name="duty_event_kind_at"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
