from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from portal.positions.models import Position
from portal.positions.wording_checks import check_position, summary

BATCH = 1_000


class Command(BaseCommand):
    help = "Look at the wording of all positions again, after the rules of the check have changed."

    def handle(self, **options: Any) -> None:
        total = Position.objects.count()
        changed: list[Position] = []
        count = 0
        for position in tqdm(Position.objects.order_by("pk").iterator(BATCH), total=total, unit="post"):
            words = summary(check_position(position))
            if words != position.wording:
                position.wording = words
                changed.append(position)
            if len(changed) >= BATCH:
                count += self._write(changed)
        count += self._write(changed)
        self.stdout.write(f"wording: {count} of {total} positions have other findings now")

    @staticmethod
    def _write(changed: list[Position]) -> int:
        """What the check says is no change of the post: nobody is told, and its own dates stay."""
        count = len(changed)
        Position.objects.bulk_update(changed, ["wording"])
        changed.clear()
        return count
