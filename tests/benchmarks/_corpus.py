"""Positions and people for the ranking benchmarks, made from the classification of occupations (seeded)."""

import random
from datetime import UTC, datetime, timedelta

from matching import Posting, Profile
from matching.knowledge import occupations, specialties

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
REQUIREMENTS = (
    "身体健康，服从安排，责任心强", "有相关工作经验者优先", "能适应倒班", "会使用办公软件，能做台账",
    "熟悉安全操作规程，能独立完成日常点检", "吃苦耐劳，有团队精神", "退役军人优先", "持相应职业资格证书",
    "能看懂图纸，会使用常用量具", "沟通能力好，普通话标准", "熟悉现场管理和质量要求", "能适应短期出差",
    "有带班经验者优先", "会开车，持C1以上驾照",
)  # fmt: skip
BENEFITS = (
    "五险一金，包吃住",
    "月休四天，年终奖",
    "提供食宿，节日福利",
    "带薪年假，高温补贴",
    "长白班，双休",
)


def postings(size: int, seed: int) -> list[Posting]:
    """Positions over all occupations, some far more common than others, as job markets are."""
    rng = random.Random(seed)
    known_ids = [o for o in occupations().values() if o.level == 4 and o.tasks]
    rng.shuffle(known_ids)
    weights = [1 / (rank + 5) for rank in range(len(known_ids))]
    everyday = [clause for o in known_ids[:40] for clause in o.tasks.split(" ")]
    created = []
    for id_, occupation in enumerate(rng.choices(known_ids, weights, k=size), 1):
        tasks = occupation.tasks.split(" ")
        duties = [*rng.sample(tasks, min(len(tasks), rng.randint(3, 6))), *rng.sample(everyday, 2)]
        requirements = [*rng.sample(REQUIREMENTS, rng.randint(3, 6)), rng.choice(BENEFITS)]
        low = rng.randrange(3000, 12000, 500)
        created.append(
            Posting(
                id=id_,
                title=rng.choice([occupation.name, *occupation.aliases]),
                occupation_code=occupation.code,
                occupation=occupation.name,
                duties="；".join(duties),
                requirements="；".join(requirements),
                certificates=frozenset(),
                employer_id=id_ // 9,
                region=f"4407{rng.choice(['03', '04', '05', '81', '83', '84', '85'])}",
                location=(22 + rng.random(), 112.5 + rng.random()),
                pay_from=low,
                pay_to=low + rng.randrange(500, 3000, 500),
                education=rng.choice([0, 0, 1, 1, 2, 3]),
                experience_years=rng.choice([0, 0, 0, 1, 2, 3]),
                opens_at=NOW - timedelta(days=rng.randint(1, 60)),
                expires_at=NOW + timedelta(days=rng.randint(1, 60)),
            )
        )
    return created


def profiles(size: int, seed: int) -> list[Profile]:
    """Return profiles with a specialty, a wish and a line of skills, whose facts exclude no posting."""
    rng = random.Random(seed)
    codes = [o.code for o in occupations().values() if o.level == 4]
    specialty_list = list(specialties().values())
    created = []
    for id_ in range(1, size + 1):
        specialty = rng.choice(specialty_list)
        created.append(
            Profile(
                id=id_,
                specialties=(specialty.code,),
                years_served=rng.randint(2, 16),
                skills="，".join(specialty.skills),
                wished_occupations=tuple(rng.sample([*specialty.occupation_codes, rng.choice(codes)], 2)),
                education=4,
                experience_years=40,
            )
        )
    return created
