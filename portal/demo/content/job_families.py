"""Job families of the demo, from data/jobs*.toml."""

from dataclasses import dataclass, field
from functools import lru_cache

from portal.demo.content.toml_files import read_toml

_FILES = ("jobs.toml", "jobs_services.toml", "jobs_making.toml", "jobs_office.toml")


@dataclass(frozen=True, slots=True)
class JobFamily:
    """One family of positions.

    occupation: name in the national classification. pay: from and to, yuan a month. weight: share among all
    positions. industries: sections of GB/T 4754, the main one first. office: needed in every industry. kinds:
    forms of employment other than full time.
    """

    occupation: str
    titles: list[str]
    pay: list[int]
    weight: float
    shifts: list[str]
    industries: str
    duties: list[str]
    requirements: list[str]
    education: int = 0
    experience: int = 0
    certificates: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    travels: bool = False
    office: bool = False


@lru_cache(maxsize=1)
def job_families() -> tuple[JobFamily, ...]:
    return tuple(JobFamily(**row) for name in _FILES for row in read_toml(name)["jobs"])
