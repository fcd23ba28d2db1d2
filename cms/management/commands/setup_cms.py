from typing import Any

from django.core.management.base import BaseCommand

from cms.site_setup import setup_site


class Command(BaseCommand):
    help = "Create the front page, sections, editors' groups and moderation workflow. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        home = setup_site()
        self.stdout.write(f"site: {home.get_children().count()} sections below {home.title}")
