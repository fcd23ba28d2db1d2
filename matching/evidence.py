"""What a profile says about the work that fits: pieces of evidence, each with its words, its weight and its
name.

A query is the weighted sum of its pieces, so a score is one dot product and falls apart into the pieces'
shares again.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from matching.knowledge import (
    ENTRY_SPECIALTY,
    certificates,
    held,
    occupations,
    specialties,
)
from matching.tokens import terms
from matching.types import Profile
from matching.vectors import Floats, Hashes, certificate_terms, occupation_terms, term_hash

WEIGHTS = {
    "wish": 1.0,  # an occupation the person asks for
    "wish_text": 0.8,  # what the person asks for in own words
    "specialty": 0.6,  # where the military specialty leads, shared by its occupations
    "specialty_skills": 0.3,
    "skills": 0.5,
    "history": 0.5,
    "certificate": 0.4,
    "entry": 0.6,  # entry posts, when nothing else is known
}
"""How much each kind of evidence counts before the query is scaled to length 1."""


WISHED_CODE = 30000
"""How often an occupation counts its own code beside its words; a term weighs 1 + ln(count)."""

LEADS_TO = " → "
"""Between a military specialty and the civilian work it leads to, in the name of a piece of evidence."""


class Bag:
    """Words with their counts, hashed once and kept."""

    def __init__(self, words: Iterable[str]) -> None:
        counted = Counter(words)
        hashed = sorted((term_hash(term), term, count) for term, count in counted.items())
        self.terms: tuple[str, ...] = tuple(term for _, term, _ in hashed)
        self.hashes: Hashes = np.fromiter((h for h, _, _ in hashed), np.uint64, len(hashed))
        self.counts: Floats = np.fromiter((c for _, _, c in hashed), np.float32, len(hashed))


@dataclass(frozen=True)
class Evidence:
    """One piece: `kind` as in types.Reason, `group` pieces that are told together, `name` what a reason
    calls it."""

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
    """An occupation of the classification: its code above all, name and aliases three times, tasks once.

    Words decide between titles that the coder finds equally likely, and where it knows none of them.
    """
    known = occupations().get(code)
    own = occupation_terms(code)[:1] * WISHED_CODE
    if known is None:
        return Bag([*own, *occupation_terms(code)])
    names = [word for text in (known.name, *known.aliases) for word in terms(text)]
    return Bag(3 * names + own + occupation_terms(code) + terms(known.tasks))


@lru_cache(maxsize=2048)
def text_bag(text: str) -> Bag:
    return Bag(terms(text))


@lru_cache(maxsize=1024)
def certificate_bag(code: str) -> Bag:
    """A certificate as a code that postings ask for and as words that they write.

    A certificate that is only covered (C1 by A2) speaks by its code, not by words: '持C1驾照' is what every
    small-car post writes.
    """
    known = certificates().get(code)
    return Bag(certificate_terms([code]) + (terms(known.short) if known else []))


def specialty_evidence(code: str, kind: str, weight: float) -> list[Evidence]:
    known = specialties().get(code)
    if known is None:
        return []
    names = [(name, text_bag(name)) for name in known.civilian_occupations]
    coded = [(occupations()[c].name, occupation_bag(c)) for c in known.occupation_codes]
    pieces = [*names, *coded]
    share = weight / len(pieces) ** 0.5 if pieces else 0.0
    leads = [
        Evidence(kind, f"{kind}:{code}", f"{known.name}{LEADS_TO}{name}", bag, share) for name, bag in pieces
    ]
    if kind == "specialty":
        skills = text_bag("，".join(known.skills))
        leads.append(
            Evidence(kind, f"{kind}:{code}", f"{known.name}的技能", skills, WEIGHTS["specialty_skills"])
        )
    return leads


def evidence(profile: Profile) -> list[Evidence]:
    """The pieces of a profile, never none: a person of whom nothing is known gets entry work."""
    pieces: list[Evidence] = []
    wishes = [code for code in dict.fromkeys(profile.wished_occupations) if code]
    for code in wishes:
        name = occupations()[code].name if code in occupations() else code
        weight = WEIGHTS["wish"] / len(wishes) ** 0.5
        pieces.append(Evidence("wish", f"wish:{code}", name, occupation_bag(code), weight))
    served = [code for code in dict.fromkeys(profile.specialties) if code in specialties()]
    for code in served:
        pieces += specialty_evidence(code, "specialty", WEIGHTS["specialty"] / len(served) ** 0.5)
    own, told = sorted(profile.certificates), set(profile.certificates)
    for code in own:
        weight = WEIGHTS["certificate"] / len(own) ** 0.5
        name = certificates()[code].short if code in certificates() else code
        pieces.append(Evidence("certificate", f"certificate:{code}", name, certificate_bag(code), weight))
        for covered in sorted(held([code]) - told):
            told.add(covered)
            bag = Bag(certificate_terms([covered]))
            covers = f"{name}（含{certificates()[covered].short}准驾）"
            pieces.append(Evidence("certificate", f"certificate:{code}", covers, bag, weight / 2))
    for kind, text in (
        ("wish_text", profile.wish_text),
        ("skills", profile.skills),
        ("history", profile.work_history),
    ):
        pieces.append(
            Evidence(kind, kind, "", Bag(terms(text)), WEIGHTS[kind])
        )  # a person's own words: not kept
    pieces = [piece for piece in pieces if not piece.is_empty]
    return pieces or specialty_evidence(ENTRY_SPECIALTY, "entry", WEIGHTS["entry"])
