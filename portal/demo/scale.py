"""Sizes of the demo: 'small' for a first look, 'city' for the whole city of the specification."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers of rows. participants: check-ins of veterans at past fairs. accounts: veterans who sign in."""

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
