"""Invented positions: a job family's lines, drawn and put together the way firms write them.

What a field says (schooling, years, certificates, shift), a line of the text says too, made from the field:
text and facts of a post never contradict each other.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from portal.demo.content.job_families import JobFamily, job_families
from portal.demo.content.toml_files import read_toml

_HEADCOUNTS = (1, 1, 1, 2, 2, 3, 3, 5, 5, 8, 10, 20)
_RARE_SHARE = 0.08  # of an industry's posts, for trades without a family of their own
_PAY_OF_KIND = {"part_time": 0.55, "internship": 0.6, "public_welfare": 0.7}
_SUFFIX_OF_KIND = {"part_time": "（兼职）", "internship": "（实习）", "public_welfare": "（公益性岗位）"}
_LOWEST_PAY = 2000
_SECTIONS = "ABCDEFGHIJKLMNOPQRST"


@dataclass(frozen=True, slots=True)
class InventedPosition:
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


class PositionGenerator:
    """Makes posts that suit an employer's industry.

    `codes` maps an occupation's name to its code; `rare` are families beside the written ones
    (classification.rare_jobs).
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
        stated = self._stated(title, education, experience, certificates, shift)
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
            requirements=_numbered(stated + self._wanted(job.requirements, common["requirements"]))
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

    def _stated(
        self, title: str, education: int, experience: int, certificates: tuple[str, ...], shift: str
    ) -> list[str]:
        """The lines that say what the fields say."""
        rng, words = self.rng, self._words
        lines = []
        if certificates:
            names = words["certificate_joint"].join(words["certificates"][code] for code in certificates)
            lines.append(rng.choice(words["certificate"]).format(names=names))
        if education:
            lines.append(rng.choice(words["education"][education - 1]))
        if experience:
            work = title.partition("（")[0]
            said = rng.choice(words["experience"])
            lines.append(said.format(years=words["years"][experience], work=work))
        elif rng.random() < 0.4:
            lines.append(rng.choice(words["beginners"]))
        if shift in words["shifts"] and rng.random() < 0.7:
            lines.append(rng.choice(words["shifts"][shift]))
        return lines

    def _duties(self, own: list[str], common: list[str]) -> list[str]:
        """What the work mainly is comes first; the rest keeps its order half the time."""
        rng = self.rng
        chosen = sorted(rng.sample(range(1, len(own)), rng.randint(min(2, len(own) - 1), len(own) - 1)))
        if rng.random() < 0.5:
            rng.shuffle(chosen)
        return [own[0], *(own[i] for i in chosen), *rng.sample(common, rng.choice((0, 1, 1, 2)))]

    def _wanted(self, own: list[str], common: list[str]) -> list[str]:
        rng = self.rng
        lines = rng.sample(own, rng.randint(min(2, len(own)), len(own)))
        return lines + rng.sample(common, rng.choice((0, 1, 1, 2)))

    def _suffix(self, kind: str, shift: str, benefits: tuple[str, ...], *, beginner: bool) -> str:
        """What firms add to a title, always something that the post itself says."""
        if kind in _SUFFIX_OF_KIND:
            return _SUFFIX_OF_KIND[kind]
        if self.rng.random() > 0.22:
            return ""
        said = []
        if {"包吃", "包住"} <= set(benefits):
            said.append("（包吃住）")
        elif "包住" in benefits:
            said.append("（包住）")
        if "五险一金" in benefits:
            said.append("（五险一金）")
        if shift in {"day", "two_shift", "night"}:
            said.append({"day": "（白班）", "two_shift": "（两班）", "night": "（夜班）"}[shift])
        if beginner:
            said.append("（可培养）")
        return self.rng.choice(said) if said else ""

    def _relaxable(self, education: int, experience: int, certificates: tuple[str, ...], shift: str) -> str:
        """Only a demand that the post makes can be relaxed."""
        if self.rng.random() > 0.3:
            return ""
        learnable = set(self._words["learnable"]["codes"])
        made = {
            "education": education > 0,
            "experience": experience > 0,
            "learnable": bool(certificates) and set(certificates) <= learnable,
            "shift": shift in self._words["shifts"],
        }
        points = [row["text"] for row in self._words["relaxable"] if made[row["needs"]]]
        return self.rng.choice(points) if points else ""


def _fitting(section: str, rare: list[JobFamily]) -> tuple[list[JobFamily], list[float]]:
    """Families of an industry with their cumulated weights.

    What the industry lives from comes first; office work is needed everywhere, but little of it.
    """
    written = [job for job in job_families() if section in job.industries or job.office]
    weights = [
        job.weight * (6 if job.industries[0] == section else 2) / (4 if job.office else 1) for job in written
    ]
    others = [job for job in rare if section in job.industries]
    share = sum(weights) * _RARE_SHARE / max(1, len(others))
    return [*written, *others], list(accumulate([*weights, *[share] * len(others)]))
