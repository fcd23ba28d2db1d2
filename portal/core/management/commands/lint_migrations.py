"""Check the project's migrations against the rules of docs/migrations.md."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core.migration_lint import lint_migrations, project_apps, project_migrations


class Command(BaseCommand):
    help = (
        "Refuses migrations that a live database would not survive; exit code 1 with a line for each breach"
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        findings = lint_migrations(project_migrations(), project_apps())
        for finding in findings:
            self.stdout.write(str(finding))
        if findings:
            raise CommandError(f"{len(findings)} breaches of docs/migrations.md")
        self.stdout.write("migrations: no breach")
