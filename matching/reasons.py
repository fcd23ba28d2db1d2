"""Reasons for a score: the evidence that contributed to it, and facts in favour of the posting.

Shares are exact: they are parts of the dot product, so they add up to the score.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.evidence import LEADS_TO, Evidence
from matching.facts import DOUBTFUL, ONLY, PREFERRED, Facts, Person, pay_text
from matching.knowledge import certificates, occupation_number
from matching.query import Query
from matching.types import Reason

MIN_SHARE = 0.03
"""Groups of evidence with a smaller part of the score are combined as '其他相近内容'."""

MAX_WORDS = 3


def _words(query: Query, contributions: NDArray[np.float64]) -> list[str]:
    """Return the terms that contributed most, without codes and parts of a listed word."""
    words: list[str] = []
    for place in np.argsort(-contributions, kind="stable"):
        if contributions[place] <= 0 or len(words) == MAX_WORDS:
            break
        word = query.names[place]
        if ":" not in word and not any(word in longer for longer in words):
            words.append(word.upper() if word.isascii() else word)
    return words


PREFIXES = {"wish_text": "与期望描述相符", "skills": "技能相符", "history": "工作经历相符"}
"""Text of a reason from the person's own words, before the words in common."""


def _text(best: Evidence, words: list[str], occupation: int, is_required: bool) -> str:
    joined_words = "、".join(words)
    if best.kind in PREFIXES:
        return PREFIXES[best.kind] + (f"：{joined_words}" if joined_words else "")
    if best.kind == "wish":
        if occupation and occupation_number(best.group.removeprefix("wish:")) == occupation:
            return f"符合期望工种：{best.name}"
        return f"接近期望工种：{best.name}" + (f"（{joined_words}）" if joined_words else "")
    if best.kind == "entry":
        return "适合入门：" + best.name.partition(LEADS_TO)[2]
    if best.kind == "certificate":
        return f"持有{best.name}" if is_required else f"持有{best.name}，岗位提到相关内容"
    return best.name if LEADS_TO in best.name or not joined_words else f"{best.name}：{joined_words}"


def _representative(
    items: Sequence[Evidence], members: Sequence[int], shares: NDArray[np.float64]
) -> Evidence:
    """Return the item that names its group: the one that contributed most.

    The civilian work of a specialty is preferred to its skills if it contributed a quarter of that.
    """
    best = max(members, key=lambda m: float(shares[m]))
    leading = [m for m in members if LEADS_TO in items[m].name]
    if leading:
        lead = max(leading, key=lambda m: float(shares[m]))
        if shares[lead] >= shares[best] / 4:
            best = lead
    return items[best]


def term_reasons(
    query: Query, contributions: NDArray[np.float64], facts: Facts, at: int
) -> tuple[Reason, ...]:
    """Return reasons whose shares add up to the score, the greatest first.

    Args:
        query: compiled profile.
        contributions: f64[p, m], from Query.contributions.
        facts: facts of the segment.
        at: row of the posting.
    """
    shares = contributions.sum(axis=1)
    score = float(shares.sum())
    if score <= 0:
        return ()
    occupation = 0 if facts.flags[at] & DOUBTFUL else int(facts.occupation[at])
    required_bits = int(facts.certificates[at])
    required_codes = {c.code for c in certificates().values() if required_bits >> c.bit & 1}
    groups: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(query.evidence):
        if shares[place] > 0:
            groups[item.group].append(place)
    reasons, rest = [], 0.0
    for members in groups.values():
        share = float(sum(shares[m] for m in members))
        if share < MIN_SHARE * score:
            rest += share
            continue
        best = _representative(query.evidence, members, shares)
        words = _words(query, contributions[members].sum(axis=0))
        is_required = any(
            f"cert:{code}" in query.evidence[m].bag.terms for m in members for code in required_codes
        )
        reasons.append(Reason(best.kind, _text(best, words, occupation, is_required), share))
    reasons.sort(key=lambda r: -r.share)
    if rest > 0:
        reasons.append(Reason("other", "其他相近内容", rest))
    return tuple(reasons)


def fact_reasons(facts: Facts, at: int, person: Person, failed: frozenset[str]) -> tuple[Reason, ...]:
    """Return facts in favour of the posting, without those in `failed`, which are reported as missing."""
    profile, reasons = person.profile, []
    if profile.home is not None and "distance" not in failed:
        far = facts.distance_km(at, profile.home)
        if not np.isnan(far):
            reasons.append(
                Reason("distance", f"距离住处 {far:.0f} 公里" if far >= 1 else "距离住处不到 1 公里")
            )
    if person.regions and "region" not in failed:
        reasons.append(Reason("region", "在意向地区"))
    if profile.lowest_pay is not None and facts.pay_to[at] and "pay" not in failed:
        pay = pay_text(int(facts.pay_from[at]), int(facts.pay_to[at]))
        reasons.append(Reason("pay", f"月薪 {pay}，达到期望"))
    required_years = int(facts.experience[at])
    own_years = person.years_for(int(facts.occupation[at]))
    if own_years >= required_years > profile.experience_years and "experience" not in failed:
        reasons.append(Reason("experience", f"服役 {profile.years_served:g} 年从事相近工作，计入工作经历"))
    if facts.flags[at] & ONLY:
        reasons.append(Reason("veterans", "定向招录退役军人"))
    elif facts.flags[at] & PREFERRED:
        reasons.append(Reason("veterans", "退役军人优先"))
    return tuple(reasons)
