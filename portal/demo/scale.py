"""How much demo data: a county town's worth for a first look, or the brief's whole city."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts of rows. `participants` are veterans checked in over all past fairs; `accounts` sign in by
    phone.
    """

    fairs: int
    employers: int
    positions: int
    veterans: int
    accounts: int
    participants: int
    intentions: int


SCALES = {
    "small": Scale(
        fairs=12,
        employers=200,
        positions=2_000,
        veterans=1_000,
        accounts=300,
        participants=640,
        intentions=240,
    ),
    "city": Scale(
        fairs=73,
        employers=7_772,
        positions=66_000,
        veterans=97_092,
        accounts=12_000,
        participants=7_400,
        intentions=1_600,
    ),
}
