"""Evidence of a profile for the work that fits: weighted bags of words, each with the name used in reasons.

A query is the weighted sum of its evidence, so a score is one dot product that splits into exact shares.
"""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from matching.knowledge import (
    ENTRY_SPECIALTY,
    certificates,
    occupations,
    specialties,
    with_covered,
)
from matching.tokens import terms
from matching.trades import find
from matching.types import Profile
from matching.vectors import Floats, Hashes, certificate_terms, occupation_terms, term_hash
from matching.wishes import read_wish

WEIGHTS = {
    "wish": 1.0,  # a wished occupation
    "wish_text": 1.6,  # the wish in the person's own words: says more than the code that was picked for it
    "specialty": 0.6,  # civilian work of the military specialty, divided among its occupations
    "specialty_skills": 0.3,
    "skills": 0.5,
    "history": 0.5,
    "certificate": 0.4,
    "entry": 0.6,  # entry-level work, when nothing else is known
}
"""Weight of each kind of evidence before the query is scaled to length 1."""


WISHED_CODE = 30000
"""Count of an occupation's own code beside its words; a term weighs 1 + ln(count)."""

MAX_READ_WISHES = 5
"""Trades named in a wish that count as wished occupations, when none was chosen."""

LEADS_TO = " → "
"""Separator between a military specialty and the civilian work it leads to, in the name of evidence."""


class Bag:
    """Bag of words with counts and hashes."""

    def __init__(self, words: Iterable[str]) -> None:
        counts = Counter(words)
        terms_by_hash = sorted((term_hash(term), term, count) for term, count in counts.items())
        self.terms: tuple[str, ...] = tuple(term for _, term, _ in terms_by_hash)
        self.hashes: Hashes = np.fromiter((h for h, _, _ in terms_by_hash), np.uint64, len(terms_by_hash))
        self.counts: Floats = np.fromiter((c for _, _, c in terms_by_hash), np.float32, len(terms_by_hash))


@dataclass(frozen=True)
class Evidence:
    """One item of evidence.

    Attributes:
        kind: as in types.Reason.
        group: items with the same group make one reason.
        name: name in the reason.
        bag: words.
        weight: factor of the bag's unit vector in the query.
    """

    kind: str
    group: str
    name: str
    bag: Bag
    weight: float

    @cached_property
    def is_empty(self) -> bool:
        return not len(self.bag.hashes)


@lru_cache(maxsize=4096)
def occupation_bag(code: str) -> Bag:
    """Return the bag of an occupation: mainly its code, name and aliases three times, tasks once.

    Words decide between titles that the coder finds equally likely or does not know.
    """
    occupation = occupations().get(code)
    own_code = occupation_terms(code)[:1] * WISHED_CODE
    if occupation is None:
        return Bag([*own_code, *occupation_terms(code)])
    names = [word for text in (occupation.name, *occupation.aliases) for word in terms(text)]
    return Bag(3 * names + own_code + occupation_terms(code) + terms(occupation.tasks))


@lru_cache(maxsize=2048)
def text_bag(text: str) -> Bag:
    return Bag(terms(text))


@lru_cache(maxsize=4096)
def codes_of_trade(name: str) -> tuple[str, ...]:
    """Return the occupations of the trade that a text names last, which is its head; () if it names none."""
    trade_words = find(name)
    return trade_words[-1].trade.codes if trade_words else ()


@lru_cache(maxsize=1024)
def certificate_bag(code: str) -> Bag:
    """Return the bag of a certificate: its code and the words of its label.

    A certificate that is only covered (C1 by A2) counts by its code alone, as every posting for a car driver
    contains '持C1驾照'.
    """
    certificate = certificates().get(code)
    return Bag(certificate_terms([code]) + (terms(certificate.short) if certificate else []))


def specialty_evidence(
    code: str, kind: str, weight: float, unwanted_codes: Container[str] = ()
) -> list[Evidence]:
    """Return where a military specialty leads, and its skills; without work that the person does not want."""
    specialty = specialties().get(code)
    if specialty is None:
        return []
    by_name = [
        (name, text_bag(name))
        for name in specialty.civilian_occupations
        if not any(trade in unwanted_codes for trade in codes_of_trade(name))
    ]
    by_code = [
        (occupations()[c].name, occupation_bag(c))
        for c in specialty.occupation_codes
        if c not in unwanted_codes
    ]
    named_bags = [*by_name, *by_code]
    share = weight / len(named_bags) ** 0.5 if named_bags else 0.0
    items = [
        Evidence(kind, f"{kind}:{code}", f"{specialty.name}{LEADS_TO}{name}", bag, share)
        for name, bag in named_bags
    ]
    if kind == "specialty":
        skills = text_bag("，".join(specialty.skills))
        items.append(
            Evidence(kind, f"{kind}:{code}", f"{specialty.name}的技能", skills, WEIGHTS["specialty_skills"])
        )
    return items


def evidence(profile: Profile) -> list[Evidence]:
    """Return the evidence of a profile, never empty: an empty profile gets entry-level work.

    Work that the wish denies ('不做保安') is no evidence from the wish or from a specialty. Skills, earlier
    jobs and certificates are left whole: they show what the person can do.
    """
    items: list[Evidence] = []
    wish = read_wish(profile.wish_text)
    unwanted_codes = wish.unwanted_codes.keys() - set(profile.wished_occupations)
    wishes = [code for code in dict.fromkeys(profile.wished_occupations) if code]
    if not wishes:
        wishes = [item.trade.codes[0] for item in wish.wanted_trades if item.trade.codes]
        wishes = list(dict.fromkeys(wishes))[:MAX_READ_WISHES]
    for code in wishes:
        name = occupations()[code].name if code in occupations() else code
        weight = WEIGHTS["wish"] / len(wishes) ** 0.5
        items.append(Evidence("wish", f"wish:{code}", name, occupation_bag(code), weight))
    served_specialties = [code for code in dict.fromkeys(profile.specialties) if code in specialties()]
    for code in served_specialties:
        weight = WEIGHTS["specialty"] / len(served_specialties) ** 0.5
        items += specialty_evidence(code, "specialty", weight, unwanted_codes)
    codes, own_codes = sorted(profile.certificates), set(profile.certificates)
    for code in codes:
        weight = WEIGHTS["certificate"] / len(codes) ** 0.5
        name = certificates()[code].short if code in certificates() else code
        items.append(Evidence("certificate", f"certificate:{code}", name, certificate_bag(code), weight))
        for covered_code in sorted(with_covered([code]) - own_codes):
            own_codes.add(covered_code)
            bag = Bag(certificate_terms([covered_code]))
            covers = f"{name}（含{certificates()[covered_code].short}准驾）"
            items.append(Evidence("certificate", f"certificate:{code}", covers, bag, weight / 2))
    for kind, text in (
        ("wish_text", wish.affirmed_text),
        ("skills", profile.skills),
        ("history", profile.work_history),
    ):
        items.append(
            Evidence(kind, kind, "", Bag(terms(text)), WEIGHTS[kind])
        )  # a person's own words: not kept
    items = [item for item in items if not item.is_empty]
    return items or specialty_evidence(ENTRY_SPECIALTY, "entry", WEIGHTS["entry"])
