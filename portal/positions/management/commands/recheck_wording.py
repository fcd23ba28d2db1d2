from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from portal.positions.models import Position
from portal.positions.wording_checks import check_position, summarize_findings

BATCH_SIZE = 1_000


class Command(BaseCommand):
    help = "Check the wording of all positions again after the rules have changed."

    def handle(self, **options: Any) -> None:
        total = Position.objects.count()
        batch: list[Position] = []
        count = 0
        rows = Position.objects.order_by("pk").iterator(BATCH_SIZE)
        for position in tqdm(rows, total=total, unit="position"):
            summary = summarize_findings(check_position(position))
            if summary != position.wording:
                position.wording = summary
                batch.append(position)
            if len(batch) >= BATCH_SIZE:
                count += self._save(batch)
        count += self._save(batch)
        self.stdout.write(f"wording: {count} of {total} positions have other findings now")

    @staticmethod
    def _save(batch: list[Position]) -> int:
        """Save and empty the batch without an event and without touching `updated_at`; return its length."""
        count = len(batch)
        Position.objects.bulk_update(batch, ["wording"])
        batch.clear()
        return count
