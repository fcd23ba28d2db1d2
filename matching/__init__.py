"""Ranking library of the portal: text and facts in, a ranked and explained list out.

It uses no Django, no database and no HTTP. `python -m matching.examples.rank_positions` shows it at work.

    index = Index.build(postings)
    for match in index.rank(profile, k=20, now=now).matches:
        print(match.id, match.score, [reason.text for reason in match.reasons])
"""

from matching.index import Index
from matching.measures import Measures, measures
from matching.people import People, PeopleStore, Shortlist
from matching.store import IndexStore
from matching.types import Match, Missing, Posting, Profile, Ranking, Reason, Verdict

__all__ = [
    "Index",
    "IndexStore",
    "Match",
    "Measures",
    "Missing",
    "People",
    "PeopleStore",
    "Posting",
    "Profile",
    "Ranking",
    "Reason",
    "Shortlist",
    "Verdict",
    "measures",
]
