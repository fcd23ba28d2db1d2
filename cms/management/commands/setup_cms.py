from typing import Any

from django.core.management.base import BaseCommand

from cms.actions import setup_site


class Command(BaseCommand):
    help = "Make the site's frame: home page, sections, editors' groups, moderation workflow. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        home = setup_site()
        self.stdout.write(f"site: {home.get_children().count()} sections below {home.title}")
