"""Split of the profiles: half of each kind is for tuning, drawn once before any tuning."""

import json
import random
from pathlib import Path

PROFILES = Path(__file__).parent / "profiles.json"


def tuning_profiles() -> set[int]:
    """Return the ids of the profiles to tune on; the others are looked at once."""
    profiles = json.loads(PROFILES.read_text(encoding="utf-8"))
    chance, tuning_ids = random.Random(4), set()
    for kind in ("wish", "no_wish", "differs", "no_specialty"):
        ids = [profile["id"] for profile in profiles if profile["kind"] == kind]
        chance.shuffle(ids)
        tuning_ids |= set(ids[: len(ids) // 2])
    return tuning_ids
