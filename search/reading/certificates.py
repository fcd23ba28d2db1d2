"""Words for certificates, in queries and in the text of positions."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from matching.knowledge import certificates, with_covered
from matching.tokens import affirmed
from search.reading.tables import DATA

_DRIVING_WORDS = ("驾照", "驾驶证", "驾驶执照", "驾驶本", "机动车驾驶证")
# One of these stands in every word for a certificate: a long text is searched around them only.
_SIGNS = re.compile(
    r"[证照]|(?<![0-9a-z])[a-enqgr][123](?![0-9a-z])|[电车工c]本|[车c]牌|驾驶本|服务簿|资格书?|职称"
    r"|caac|catti|注安|教资|初级会计|物业管理师|人力资源管理师|注册安全工程师"
)
_BEFORE_SIGN, _AFTER_SIGN = 14, 8  # characters
_BEFORE = r"(?:(?:持有?|具有|具备|考有|考了|考取|拥有|拿了|拿着?|带|须持|需持|有)\s?)?"
_AFTER = r"(?:驾驶证|驾驶执照|驾照|证书|证)?(?:的|者)?"


@dataclass(frozen=True, slots=True)
class CertificateMention:
    """Certificate at [start, end) of a text: its codes (any of them is meant) and the jobs that it stands for."""

    start: int
    end: int
    codes: tuple[str, ...]
    jobs: tuple[str, ...]

    @property
    def label(self) -> str:
        """Short name: '叉车证N1', '电工证'; '驾照' for any driving licence."""
        if len(self.codes) > 2:
            return "驾照"
        labels = [certificates()[code].short for code in self.codes]
        return "或".join(labels)


def mark_of(code: str) -> str:
    """Return the word of the index that stands for a certificate, which no text contains."""
    return f"_{code}"


@cache
def _words() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return word -> (codes, jobs)."""
    known_codes = certificates()
    words: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    with (DATA / "certificate_words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            codes = tuple(code for code in row["code"].split("|") if code in known_codes)
            jobs = tuple(job for job in row["jobs"].split("|") if job)
            words.update({word: (codes, jobs) for word in row["words"].split("|") if codes})
            if len(codes) == 1:
                words.setdefault(known_codes[codes[0]].label.lower(), (codes, jobs))
    licences = tuple(code for code in known_codes if code.startswith("driving_"))
    return {**words, **dict.fromkeys(_DRIVING_WORDS, (licences, ()))}


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_words(), key=len, reverse=True)
    alternatives = "|".join(map(re.escape, names))
    return re.compile(rf"(?<![a-z0-9]){_BEFORE}(?P<name>{alternatives})(?![0-9a-z]){_AFTER}")


def find_certificates(text: str) -> Iterator[CertificateMention]:
    """Yield the certificates that a folded text names, in order."""
    if not _SIGNS.search(text):
        return
    for match in _pattern().finditer(text):
        codes, jobs = _words()[match["name"]]
        yield CertificateMention(match.start(), match.end(), codes, jobs)


def certificates_in(text: str) -> frozenset[str]:
    """Return the codes of certificates that a position's folded text asks for or welcomes."""
    if not _SIGNS.search(text):
        return frozenset()
    text = affirmed(text)
    codes: set[str] = set()
    end = 0
    for sign in _SIGNS.finditer(text):
        if sign.start() < end:
            continue
        end = sign.end() + _AFTER_SIGN
        for mention in find_certificates(text[max(sign.start() - _BEFORE_SIGN, 0) : end]):
            codes.update(mention.codes if len(mention.codes) <= 2 else ())  # '驾照' alone names no class
    return frozenset(codes)


def covered_codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the certificates that a holder of these also covers, without these."""
    return tuple(sorted(with_covered(codes) - set(codes)))
