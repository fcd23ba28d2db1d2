"""Invented positions: a job family's lines, drawn and put together the way firms write them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from portal.demo.content.jobs import Job, benefits, jobs, relaxable

_HEADCOUNTS = (1, 1, 1, 2, 2, 3, 3, 5, 5, 8, 10, 20)
_CLOSINGS = ("其他面谈时可以了解。", "欢迎到厂参观。", "一经录用，待遇从入职当天计算。", "")


@dataclass(frozen=True, slots=True)
class Post:
    """One row of a position sheet; codes as the database has them, pay in yuan a month."""

    title: str
    occupation: str
    headcount: int
    kind: str
    pay_from: int
    pay_to: int
    education: int
    experience: int
    certificates: tuple[str, ...]
    duties: str
    requirements: str
    benefits: tuple[str, ...]
    relaxable: str
    shift: str
    travels: bool
    veterans_preferred: bool
    veterans_only: bool


def _numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{number}、{line}；" for number, line in enumerate(lines, start=1))[:-1] + "。"


class PostMaker:
    """Makes posts that suit an employer's industry; `codes` maps an occupation's name to its code."""

    def __init__(self, rng: random.Random, codes: dict[str, str]) -> None:
        self.rng, self.codes = rng, codes
        self._by_industry: dict[str, tuple[list[Job], list[int]]] = {}
        for industry in "ABCDEFGHIJKLMNOPQRST":
            fitting = [job for job in jobs() if industry in job.industries or job.office]
            # What the industry lives from comes first; office work is needed everywhere, but little of it.
            weights = [
                job.weight * (6 if job.industries[0] == industry else 2) // (4 if job.office else 1)
                for job in fitting
            ]
            self._by_industry[industry] = (fitting, [max(1, weight) for weight in weights])

    def make(self, industry: str) -> Post:
        rng = self.rng
        fitting, weights = self._by_industry[industry]
        job = rng.choices(fitting, weights)[0]
        low = round(rng.uniform(job.pay[0] * 0.92, (job.pay[0] + job.pay[1]) / 2) / 100) * 100
        high = round(rng.uniform(low * 1.12, max(low * 1.2, job.pay[1] * 1.05)) / 100) * 100
        certificates = tuple(job.certificates if rng.random() < 0.85 else job.certificates[:1])
        closing = rng.choice(_CLOSINGS)
        experience = rng.choice((job.experience, max(0, job.experience - 1)))
        return Post(
            title=rng.choice(job.titles),
            occupation=self.codes[job.occupation],
            headcount=rng.choice(_HEADCOUNTS),
            kind="full_time"
            if rng.random() < 0.95
            else rng.choice(("part_time", "internship", "public_welfare")),
            pay_from=low,
            pay_to=high,
            education=max(0, job.education - (rng.random() < 0.3)),
            experience=experience,
            certificates=certificates,
            duties=_numbered(rng.sample(job.duties, rng.randint(3, len(job.duties)))),
            requirements=_numbered(rng.sample(job.requirements, rng.randint(2, len(job.requirements))))
            + closing,
            benefits=tuple(rng.sample(benefits(), rng.randint(3, 6))),
            relaxable=rng.choice(relaxable()) if rng.random() < 0.3 else "",
            shift=rng.choice(job.shifts),
            travels=job.travels and rng.random() < 0.7,
            veterans_preferred=rng.random() < 0.8,
            veterans_only=rng.random() < 0.04,
        )
