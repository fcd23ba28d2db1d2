"""Rank ten invented positions for an invented profile and print the result.

python -m matching.examples.rank_positions
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from matching import Index, Posting, Profile

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TOWN, NEXT_TOWN, FAR_COUNTY = (22.46, 113.03), (22.58, 113.08), (21.90, 112.30)

# Military driver for twelve years with an A2 licence, who looks for work near home.
PROFILE = Profile(
    id=1,
    specialties=("driver",),
    years_served=12,
    skills="车辆维修保养",
    certificates=frozenset({"driving_a2"}),
    education=1,
    regions=frozenset({"4407"}),
    home=(22.43, 113.00),
    max_distance_km=40,
    lowest_pay=5000,
    accepts_travel=False,
)


def posting(posting_id: int, title: str, code: str, occupation: str, **fields: Any) -> Posting:
    """Build a posting that is open at NOW, with defaults for all fields that are not given."""
    values: dict[str, Any] = {
        "duties": "",
        "requirements": "",
        "certificates": frozenset(),
        "employer_id": 100 + posting_id,
        "region": "440705",
        "location": TOWN,
        "pay_from": 5000,
        "pay_to": 7000,
        "education": 0,
        "experience_years": 0,
        "opens_at": NOW - timedelta(days=3),
        "expires_at": NOW + timedelta(days=30),
    }
    return Posting(
        id=posting_id, title=title, occupation_code=code, occupation=occupation, **(values | fields)
    )


POSTINGS = [
    posting(1, "A2货车司机", "4-02-02-02", "道路货运汽车驾驶员", experience_years=3, veterans_preferred=True,
            certificates=frozenset({"driving_a2"}), duties="驾驶半挂车运输货物，检查维护车辆"),
    posting(2, "公交车驾驶员", "4-02-02-01", "道路客运汽车驾驶员", location=NEXT_TOWN, pay_to=6500,
            certificates=frozenset({"driving_a1"})),
    posting(3, "车队调度员", "4-02-02-05", "道路运输调度员", location=NEXT_TOWN),
    posting(4, "汽车维修工", "4-12-01-01", "汽车维修工", duties="车辆维修保养、故障诊断"),
    posting(5, "叉车司机", "6-30-05-01", "起重装卸机械操作工", certificates=frozenset({"forklift_n1"})),
    posting(6, "长途货运司机", "4-02-02-02", "道路货运汽车驾驶员", travel=True),
    posting(7, "货车司机", "4-02-02-02", "道路货运汽车驾驶员", region="440781", location=FAR_COUNTY),
    posting(8, "送货司机", "4-02-02-02", "道路货运汽车驾驶员", pay_from=3500, pay_to=4500),
    posting(9, "会计", "2-06-03-00", "会计专业人员", education=2),
    posting(10, "中式烹调师", "4-03-02-01", "中式烹调师"),
]  # fmt: skip


def report() -> Iterator[str]:
    """Yield the lines of the printed report: ranked positions with reasons, then those left out."""
    index = Index.build(POSTINGS)
    titles = {posting.id: posting.title for posting in POSTINGS}
    ranking = index.rank(PROFILE, k=10, now=NOW)
    yield f"{ranking.passing} of {ranking.considered} open positions meet every hard fact"
    for rank, match in enumerate(ranking.matches, 1):
        yield f"{rank}. {titles[match.id]}  score {match.score:.3f}"
        for reason in match.reasons:
            yield f"     {reason.share:.3f}  {reason.text}" if reason.share else f"     fact   {reason.text}"
    yield "not recommended:"
    listed_ids = {match.id for match in ranking.matches}
    for posting_id in sorted(titles.keys() - listed_ids):
        verdict = index.explain(PROFILE, posting_id, now=NOW)
        yield f"-  {titles[posting_id]}: {'；'.join(item.text for item in verdict.missing)}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report())
