"""Generator of job fairs around a given day: most are past, one is today, the others are upcoming."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.demo.content.toml_files import read_toml


@dataclass(frozen=True, slots=True)
class InventedFair:
    """One invented fair, with naive local times."""

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


def _with_winter_fair(today: date, upcoming: list[date]) -> list[date]:
    """Move the nearest fair to 12 December, the day of the scenarios, when it is within 50 days."""
    winter_day = date(today.year, 12, 12)
    if not today < winter_day <= today + timedelta(days=50):
        return upcoming
    nearest = min(upcoming, key=lambda day: abs(day - winter_day))
    return sorted(winter_day if day == nearest else day for day in upcoming)


def _theme(day: date, number: int, words: dict[str, Any]) -> str:
    """Return the theme of a fair; every third fair is named after its season."""
    seasonal = [row["theme"] for row in words["seasons"] if day.month in row["months"]]
    if seasonal and number % 3 == 0:
        return str(seasonal[0])
    return str(words["themes"][number % len(words["themes"])])


def invent_fairs(count: int, now: datetime, rng: random.Random) -> list[InventedFair]:
    """Return `count` fairs over four years up to `now` (local, naive): one is running, some upcoming."""
    today = now.date()
    upcoming_count = max(3, count // 9)
    past = count - upcoming_count - 1
    span = 30 * 15 if count < 20 else 365 * 4
    # Two are recent, so that stations have follow-up calls to make.
    days = sorted(today - timedelta(days=rng.randint(10, span)) for _ in range(past - 2))
    days += [today - timedelta(days=7), today - timedelta(days=3)]
    upcoming = [today + timedelta(days=5 + i * 9 + rng.randint(0, 4)) for i in range(upcoming_count)]
    upcoming = _with_winter_fair(today, upcoming)
    words = read_toml("words.toml")["fairs"]
    counties = list(words["counties"])
    fairs = []
    for number, day in enumerate([*days, today, *upcoming]):
        winter = day > today and (day.month, day.day) == (12, 12)
        near = day >= today and number % 2 == past % 2
        county = "440705" if near or winter else counties[number % len(counties)]
        city = number % 4 == 0 and day != today and not winter
        starts = datetime.combine(day, time(9, 0))
        ends = datetime.combine(day, time(12, 0))
        if day == today:  # five hours around now, so that one fair is running
            starts = datetime.combine(day, time(min(max(now.hour - 2, 0), 18)))
            ends = starts + timedelta(hours=5)
        mode = rng.choices(("offline", "both", "online"), (70, 22, 8))[0]
        if day == today or winter:
            mode = "both"
        venue, address = rng.choice(words["counties"][county]["venues"])
        place = words["counties"][county]
        area = "江门市" if city else place["name"]
        theme = _theme(day, number, words)
        fairs.append(
            InventedFair(
                title=f"{day.year}年{day.month}月{area}{theme}",
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
    return fairs
