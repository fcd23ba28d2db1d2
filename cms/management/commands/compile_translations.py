from typing import Any

from django.core.management.base import BaseCommand

from cms.message_catalogues import catalogues, read_po, to_mo


class Command(BaseCommand):
    help = "Compile cms/locale/*.po to the .mo files beside them; commit both."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in catalogues():
            messages = read_po(path)
            path.with_suffix(".mo").write_bytes(to_mo(messages))
            self.stdout.write(f"{path.name}: {len(messages) - 1} strings")
