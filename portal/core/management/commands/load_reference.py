from typing import Any

from django.core.management.base import BaseCommand

from portal.core.reference import load_reference


class Command(BaseCommand):
    help = "Loads regions, occupations and military specialties; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_reference()
        self.stdout.write("code tables: " + ", ".join(f"{name} {n}" for name, n in counts.items()))
