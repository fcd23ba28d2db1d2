"""Generator of positions: lines of a job family, selected and combined the way employers write them.

Each demand of a field (education, years, certificates, shift) is also stated in the text by a line made from
the field, so that text and fields never contradict each other.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from portal.demo.content.job_families import JobFamily, job_families
from portal.demo.content.toml_files import read_toml

_HEADCOUNTS = (1, 1, 1, 2, 2, 3, 3, 5, 5, 8, 10, 20)
_RARE_SHARE = 0.08  # share of an industry's positions that are of rare occupations
_PAY_OF_KIND = {"part_time": 0.55, "internship": 0.6, "public_welfare": 0.7}
_SUFFIX_OF_KIND = {"part_time": "（兼职）", "internship": "（实习）", "public_welfare": "（公益性岗位）"}
_LOWEST_PAY = 2000
_SECTIONS = "ABCDEFGHIJKLMNOPQRST"


@dataclass(frozen=True, slots=True)
class InventedPosition:
    """One invented position; codes as in the database, pay in yuan a month."""

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


class PositionGenerator:
    """Generator of positions that match an employer's industry.

    Args:
        codes: name of an occupation -> its code.
        rare: families of rare occupations (`build_rare_jobs`).
    """

    def __init__(self, rng: random.Random, codes: dict[str, str], rare: Iterable[JobFamily] = ()) -> None:
        self.rng, self.codes = rng, codes
        self._words = read_toml("position_words.toml")
        rare = list(rare)
        self._by_industry = {section: _fitting(section, rare) for section in _SECTIONS}

    def make(self, industry: str) -> InventedPosition:
        rng = self.rng
        fitting, weights = self._by_industry[industry]
        job = rng.choices(fitting, cum_weights=weights)[0]
        kind = rng.choice(job.kinds) if job.kinds and rng.random() < 0.16 else "full_time"
        title, shift = rng.choice(job.titles), rng.choice(job.shifts)
        education = max(0, job.education - (rng.random() < 0.2))
        experience = 0 if kind == "internship" else self._years(job.experience)
        certificates = tuple(job.certificates if rng.random() < 0.85 else job.certificates[:1])
        low, high = self._pay(job.pay, kind)
        benefits = self._benefits()
        code = self.codes[job.occupation]
        common = self._words["common"].get(code[0], self._words["common"]["4"])
        demands = self._demand_lines(title, education, experience, certificates, shift)
        return InventedPosition(
            title=title + self._suffix(kind, shift, benefits, beginner=not (experience or certificates)),
            occupation=code,
            headcount=rng.choice(_HEADCOUNTS),
            kind=kind,
            pay_from=low,
            pay_to=high,
            education=education,
            experience=experience,
            certificates=certificates,
            duties=_numbered(self._duties(job.duties, common["duties"])),
            requirements=_numbered(demands + self._requirements(job.requirements, common["requirements"]))
            + rng.choice(self._words["closings"]),
            benefits=benefits,
            relaxable=self._relaxable(education, experience, certificates, shift),
            shift=shift,
            travels=job.travels and rng.random() < 0.7,
            veterans_preferred=rng.random() < 0.8,
            veterans_only=rng.random() < 0.04,
        )

    def _years(self, usual: int) -> int:
        return max(0, usual + self.rng.choice((-1, 0, 0, 0, 1))) if usual else 0

    def _pay(self, usual: list[int], kind: str) -> tuple[int, int]:
        rng, share = self.rng, _PAY_OF_KIND.get(kind, 1)
        low = rng.uniform(usual[0] * 0.92, (usual[0] + usual[1]) / 2) * share
        high = rng.uniform(low * 1.12, max(low * 1.2, usual[1] * 1.05 * share))
        lowest = max(_LOWEST_PAY, round(low / 100) * 100)
        return lowest, max(lowest + 300, round(high / 100) * 100)

    def _benefits(self) -> tuple[str, ...]:
        rng, words = self.rng, self._words
        return (rng.choice(words["insurance"]), *rng.sample(words["benefits"], rng.randint(2, 5)))

    def _demand_lines(
        self, title: str, education: int, experience: int, certificates: tuple[str, ...], shift: str
    ) -> list[str]:
        """Return lines that state the demands of the fields."""
        rng, words = self.rng, self._words
        lines = []
        if certificates:
            names = words["certificate_joint"].join(words["certificates"][code] for code in certificates)
            lines.append(rng.choice(words["certificate"]).format(names=names))
        if education:
            lines.append(rng.choice(words["education"][education - 1]))
        if experience:
            work = title.partition("（")[0]
            line = rng.choice(words["experience"])
            lines.append(line.format(years=words["years"][experience], work=work))
        elif rng.random() < 0.4:
            lines.append(rng.choice(words["beginners"]))
        if shift in words["shifts"] and rng.random() < 0.7:
            lines.append(rng.choice(words["shifts"][shift]))
        return lines

    def _duties(self, own: list[str], common: list[str]) -> list[str]:
        """Return the main duty first; the others are shuffled half of the time."""
        rng = self.rng
        indexes = sorted(rng.sample(range(1, len(own)), rng.randint(min(2, len(own) - 1), len(own) - 1)))
        if rng.random() < 0.5:
            rng.shuffle(indexes)
        return [own[0], *(own[i] for i in indexes), *rng.sample(common, rng.choice((0, 1, 1, 2)))]

    def _requirements(self, own: list[str], common: list[str]) -> list[str]:
        rng = self.rng
        lines = rng.sample(own, rng.randint(min(2, len(own)), len(own)))
        return lines + rng.sample(common, rng.choice((0, 1, 1, 2)))

    def _suffix(self, kind: str, shift: str, benefits: tuple[str, ...], *, beginner: bool) -> str:
        """Return an addition to the title that repeats a field, or ''."""
        if kind in _SUFFIX_OF_KIND:
            return _SUFFIX_OF_KIND[kind]
        if self.rng.random() > 0.22:
            return ""
        options = []
        if {"包吃", "包住"} <= set(benefits):
            options.append("（包吃住）")
        elif "包住" in benefits:
            options.append("（包住）")
        if "五险一金" in benefits:
            options.append("（五险一金）")
        if shift in {"day", "two_shift", "night"}:
            options.append({"day": "（白班）", "two_shift": "（两班）", "night": "（夜班）"}[shift])
        if beginner:
            options.append("（可培养）")
        return self.rng.choice(options) if options else ""

    def _relaxable(self, education: int, experience: int, certificates: tuple[str, ...], shift: str) -> str:
        """Return one of the position's demands that the employer may relax, or ''."""
        if self.rng.random() > 0.3:
            return ""
        learnable = set(self._words["learnable"]["codes"])
        has_demand = {
            "education": education > 0,
            "experience": experience > 0,
            "learnable": bool(certificates) and set(certificates) <= learnable,
            "shift": shift in self._words["shifts"],
        }
        points = [row["text"] for row in self._words["relaxable"] if has_demand[row["needs"]]]
        return self.rng.choice(points) if points else ""


def _fitting(section: str, rare: list[JobFamily]) -> tuple[list[JobFamily], list[float]]:
    """Return the families of an industry with their cumulative weights.

    Families of the main industry weigh most; office work occurs everywhere, but seldom.
    """
    families = [job for job in job_families() if section in job.industries or job.office]
    weights = [
        job.weight * (6 if job.industries[0] == section else 2) / (4 if job.office else 1) for job in families
    ]
    others = [job for job in rare if section in job.industries]
    share = sum(weights) * _RARE_SHARE / max(1, len(others))
    return [*families, *others], list(accumulate([*weights, *[share] * len(others)]))
