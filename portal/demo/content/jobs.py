"""Job families of the demo, read from data/jobs.toml."""

from dataclasses import dataclass
from functools import lru_cache

from portal.demo.content.files import toml


@dataclass(frozen=True, slots=True)
class Job:
    """One family of posts. Pay is monthly, in yuan; `weight` is its share among all posts.

    `industries` are sections of GB/T 4754, the first the one that lives from this work; `office` work is
    needed in every industry.
    """

    occupation: str
    titles: list[str]
    pay: list[int]
    weight: int
    education: int
    experience: int
    certificates: list[str]
    shifts: list[str]
    travels: bool
    industries: str
    office: bool
    duties: list[str]
    requirements: list[str]


@lru_cache(maxsize=1)
def jobs() -> tuple[Job, ...]:
    return tuple(Job(**row) for row in toml("jobs.toml")["jobs"])


def benefits() -> list[str]:
    found: list[str] = toml("jobs.toml")["benefits"]
    return found


def relaxable() -> list[str]:
    found: list[str] = toml("jobs.toml")["relaxable"]
    return found
