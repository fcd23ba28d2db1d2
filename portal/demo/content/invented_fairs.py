"""Invented job fairs around a given day: most are over, one is on today, the others are to come."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.demo.content.toml_files import read_toml


@dataclass(frozen=True, slots=True)
class InventedFair:
    """One fair; naive local times, to be made aware by whoever stores them."""

    title: str
    slug: str
    starts: datetime
    ends: datetime
    mode: str
    county: str
    organiser: str
    venue: str
    address: str
    capacity: int
    summary: str
    body: str


def _winter_fair(today: date, ahead: list[date]) -> list[date]:
    """The fair of 12 December that the scenarios tell of, when it lies within the next weeks."""
    wanted = date(today.year, 12, 12)
    if not today < wanted <= today + timedelta(days=50):
        return ahead
    nearest = min(ahead, key=lambda day: abs(day - wanted))
    return sorted(wanted if day == nearest else day for day in ahead)


def _theme(day: date, number: int, words: dict[str, Any]) -> str:
    """Every third fair is called after its season."""
    seasonal = [row["theme"] for row in words["seasons"] if day.month in row["months"]]
    if seasonal and number % 3 == 0:
        return str(seasonal[0])
    return str(words["themes"][number % len(words["themes"])])


def invent_fairs(count: int, now: datetime, rng: random.Random) -> list[InventedFair]:
    """`count` fairs over four years up to `now` (local, naive); the last few lie ahead, one is on."""
    today = now.date()
    coming = max(3, count // 9)
    past = count - coming - 1
    span = 30 * 15 if count < 20 else 365 * 4
    # Two were lately, so that stations have calls to make.
    days = sorted(today - timedelta(days=rng.randint(10, span)) for _ in range(past - 2))
    days += [today - timedelta(days=7), today - timedelta(days=3)]
    ahead = [today + timedelta(days=5 + i * 9 + rng.randint(0, 4)) for i in range(coming)]
    ahead = _winter_fair(today, ahead)
    words = read_toml("words.toml")["fairs"]
    counties = list(words["counties"])
    made = []
    for number, day in enumerate([*days, today, *ahead]):
        winter = day > today and (day.month, day.day) == (12, 12)
        near = day >= today and number % 2 == past % 2
        county = "440705" if near or winter else counties[number % len(counties)]
        city = number % 4 == 0 and day != today and not winter
        starts = datetime.combine(day, time(9, 0))
        ends = datetime.combine(day, time(12, 0))
        if day == today:  # five hours around the present one, so that there is a fair to look at
            starts = datetime.combine(day, time(min(max(now.hour - 2, 0), 18)))
            ends = starts + timedelta(hours=5)
        mode = rng.choices(("offline", "both", "online"), (70, 22, 8))[0]
        if day == today or winter:
            mode = "both"
        venue, address = rng.choice(words["counties"][county]["venues"])
        place = words["counties"][county]
        who = "江门市" if city else place["name"]
        theme = _theme(day, number, words)
        made.append(
            InventedFair(
                title=f"{day.year}年{day.month}月{who}{theme}",
                slug=f"{day:%Y%m%d}-{number + 1}",
                starts=starts,
                ends=ends,
                mode=mode,
                county=county,
                organiser="4407" if city else county,
                venue="" if mode == "online" else venue,
                address="" if mode == "online" else place["name"] + address,
                capacity=rng.choice((300, 400, 500, 600, 800)),
                summary=rng.choice(words["summaries"]),
                body=(
                    "<h2>现场安排</h2><p>入场签到、岗位对接、政策咨询、技能培训报名同步进行，全程免费。</p>"
                    "<h2>请携带</h2><ul><li>身份证</li><li>退役证件或优待证</li><li>驾驶证、特种作业证等证书</li></ul>"
                    "<h2>温馨提示</h2><p>任何单位不得向求职者收取费用、押金或扣押证件，发现请当场向工作人员反映。</p>"
                ),
            )
        )
    return made
