"""A score in words: which pieces of evidence carried it, and which facts speak for the posting.

Shares are exact: they are the pieces' parts of the dot product, so they add up to the score.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.evidence import LEADS_TO, Evidence
from matching.facts import ONLY, PREFERRED, Facts, Person, pay_text
from matching.knowledge import certificates, occupation_number
from matching.query import Query
from matching.types import Reason

TOLD_FROM = 0.03
"""Groups of evidence that carry less than this part of the score are told together as '其他相近内容'."""

WORDS_TOLD = 3


def _words(query: Query, carried: NDArray[np.float64]) -> list[str]:
    """The terms that carried most, as a person would read them: codes left out, parts of a told word left
    out."""
    told: list[str] = []
    for place in np.argsort(-carried, kind="stable"):
        if carried[place] <= 0 or len(told) == WORDS_TOLD:
            break
        word = query.names[place]
        if ":" not in word and not any(word in longer for longer in told):
            told.append(word.upper() if word.isascii() else word)
    return told


LISTED = {"wish_text": "与期望描述相符", "skills": "技能相符", "history": "工作经历相符"}
"""How evidence in a person's own words is told, before the words that met."""


def _text(best: Evidence, words: list[str], occupation: int, asked: bool) -> str:
    listed = "、".join(words)
    if best.kind in LISTED:
        return LISTED[best.kind] + (f"：{listed}" if listed else "")
    if best.kind == "wish":
        if occupation and occupation_number(best.group.removeprefix("wish:")) == occupation:
            return f"符合期望工种：{best.name}"
        return f"接近期望工种：{best.name}" + (f"（{listed}）" if listed else "")
    if best.kind == "entry":
        return "适合入门：" + best.name.partition(LEADS_TO)[2]
    if best.kind == "certificate":
        return f"持有{best.name}" if asked else f"持有{best.name}，岗位提到相关内容"
    return best.name if LEADS_TO in best.name or not listed else f"{best.name}：{listed}"


def _told_by(pieces: Sequence[Evidence], members: Sequence[int], shares: NDArray[np.float64]) -> Evidence:
    """The piece that names its group: the one that carried most, but where a specialty leads before its bare
    skills, when that carried something worth telling."""
    best = max(members, key=lambda m: float(shares[m]))
    leading = [m for m in members if LEADS_TO in pieces[m].name]
    if leading:
        lead = max(leading, key=lambda m: float(shares[m]))
        if shares[lead] >= shares[best] / 4:
            best = lead
    return pieces[best]


def term_reasons(
    query: Query, contributions: NDArray[np.float64], facts: Facts, at: int
) -> tuple[Reason, ...]:
    """Reasons whose shares add up to the score, the greatest first. `contributions` f64[p, m] as Query
    gives them."""
    shares = contributions.sum(axis=1)
    score = float(shares.sum())
    if score <= 0:
        return ()
    occupation, asked_bits = int(facts.occupation[at]), int(facts.certificates[at])
    asked = {c.code for c in certificates().values() if asked_bits >> c.bit & 1}
    groups: dict[str, list[int]] = defaultdict(list)
    for place, piece in enumerate(query.evidence):
        if shares[place] > 0:
            groups[piece.group].append(place)
    reasons, rest = [], 0.0
    for members in groups.values():
        share = float(sum(shares[m] for m in members))
        if share < TOLD_FROM * score:
            rest += share
            continue
        best = _told_by(query.evidence, members, shares)
        words = _words(query, contributions[members].sum(axis=0))
        is_asked = any(f"cert:{code}" in query.evidence[m].bag.terms for m in members for code in asked)
        reasons.append(Reason(best.kind, _text(best, words, occupation, is_asked), share))
    reasons.sort(key=lambda r: -r.share)
    if rest > 0:
        reasons.append(Reason("other", "其他相近内容", rest))
    return tuple(reasons)


def fact_reasons(facts: Facts, at: int, person: Person, failed: frozenset[str]) -> tuple[Reason, ...]:
    """Facts that speak for the posting; those in `failed` are told as missing instead."""
    profile, told = person.profile, []
    if profile.home is not None and "distance" not in failed:
        far = facts.distance_km(at, profile.home)
        if not np.isnan(far):
            told.append(Reason("distance", f"距离住处 {far:.0f} 公里" if far >= 1 else "距离住处不到 1 公里"))
    if person.regions and "region" not in failed:
        told.append(Reason("region", "在意向地区"))
    if profile.lowest_pay is not None and "pay" not in failed:
        pay = pay_text(int(facts.pay_from[at]), int(facts.pay_to[at]))
        told.append(Reason("pay", f"月薪 {pay}，达到期望"))
    asked_years = int(facts.experience[at])
    if asked_years > profile.experience_years and "experience" not in failed:
        told.append(Reason("experience", f"服役 {profile.years_served:g} 年从事相近工作，计入工作经历"))
    if facts.flags[at] & ONLY:
        told.append(Reason("veterans", "定向招录退役军人"))
    elif facts.flags[at] & PREFERRED:
        told.append(Reason("veterans", "退役军人优先"))
    return tuple(told)
