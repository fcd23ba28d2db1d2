"""Invented veterans: names, numbers with right check characters, service and wishes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

_SURNAMES = (
    "陈" * 11 + "李" * 9 + "黄" * 8 + "梁" * 7 + "林" * 6 + "张" * 5 + "吴" * 5 + "刘" * 4 + "谭" * 4 + "余" * 4
    + "周" * 4 + "何" * 3 + "冯" * 3 + "伍" * 3 + "关" * 2 + "区" * 2 + "邓" * 2 + "赵" * 3 + "叶" * 2 + "苏谢罗邝甄容司徒莫郑钟潘温曾"
)  # fmt: skip
_GIVEN_OLD = [
    "国强",
    "建国",
    "志强",
    "伟强",
    "荣华",
    "锦辉",
    "炳坤",
    "健明",
    "德明",
    "永康",
    "文彬",
    "华胜",
    "国栋",
    "卫东",
    "建军",
    "耀明",
    "树荣",
    "润生",
    "焕章",
    "金水",
]
_GIVEN_MID = [
    "伟",
    "勇",
    "志伟",
    "俊杰",
    "文斌",
    "海涛",
    "志明",
    "健辉",
    "家豪",
    "国华",
    "永强",
    "少华",
    "建辉",
    "立新",
    "晓东",
    "振宇",
    "锦荣",
    "伟雄",
    "志勇",
    "嘉明",
]
_GIVEN_NEW = [
    "子轩",
    "浩然",
    "俊豪",
    "嘉俊",
    "志豪",
    "宇航",
    "梓健",
    "文杰",
    "泽宇",
    "家乐",
    "俊熙",
    "天佑",
    "晓峰",
    "锐",
    "凯",
    "嘉伟",
    "智聪",
    "振邦",
    "海洋",
    "一鸣",
]
_GIVEN_WOMEN = ["丽华", "秀珍", "海燕", "晓彤", "婉仪", "美玲", "雪梅", "嘉欣", "慧敏", "思敏"]
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

# Specialty (code of the crosswalk), how often it occurs, certificates that often go with it.
_SPECIALTIES: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("driver", 14, ("driving_b2", "driving_a2")),
    ("truck_driver", 5, ("driving_a2", "road_transport")),
    ("special_vehicle_driver", 3, ("driving_b2", "crane_q2")),
    ("vehicle_mechanic", 4, ("auto_repair", "driving_c1")),
    ("armoured_driver", 3, ("excavator",)),
    ("cook", 9, ("chef", "food_health")),
    ("storekeeper", 5, ("forklift_n1",)),
    ("radio_signals", 5, ("computer",)),
    ("wire_signals", 4, ("electrician_low",)),
    ("network_operator", 3, ("computer",)),
    ("power_station", 3, ("electrician_low", "electrician_high")),
    ("welder_fitter", 3, ("welder",)),
    ("construction_machinery", 3, ("excavator",)),
    ("medic", 4, ("emergency_rescuer",)),
    ("radar", 4, ("computer",)),
    ("artillery", 4, ()),
    ("guard", 4, ("security_guard",)),
    ("internal_guard", 5, ("security_guard",)),
    ("firefighter", 4, ("fire_facility",)),
    ("clerk", 4, ("computer",)),
    ("surveyor", 2, ("surveyor",)),
    ("uav_operator", 2, ("uav",)),
    ("aviation_mechanic", 3, ("aviation_maintenance",)),
    ("ship_engine", 3, ("seafarer",)),
    ("deck_and_harbour", 2, ("seafarer",)),
    ("squad_leader", 6, ()),
    ("infantry", 12, ("security_guard",)),
    ("conscript", 10, ()),
)
_SEA = {"ship_engine", "deck_and_harbour"}
_JOBS = (
    ("保安员", "门岗值守、夜间巡逻"),
    ("货车司机", "市内配送、车辆保养"),
    ("仓管员", "收发货登记、月度盘点"),
    ("叉车司机", "装卸转运、电瓶保养"),
    ("厨师", "员工饭堂三餐制作"),
    ("维修电工", "设备巡检、线路维修"),
    ("车间普工", "流水线装配、包装"),
    ("快递员", "片区派送、收件"),
    ("物业维修工", "水电报修、公共设施维护"),
    ("汽修工", "底盘保养、故障检修"),
)
_SKILLS = (
    "吃苦耐劳，服从安排，带过新兵班",
    "会粤语、普通话，沟通能力好",
    "会简单水电维修",
    "熟悉Office办公软件，会做报表",
    "有较强的组织协调能力，当过班长",
    "会做大锅菜，熟悉饭堂管理",
    "能独立排除车辆常见故障",
    "会操作叉车，仓库管理熟练",
)
_HONOURS = ("", "", "", "优秀士兵", "嘉奖一次", "嘉奖两次", "三等功一次", "四有优秀士兵")
_MAJORS = (
    "",
    "汽车维修",
    "机电一体化",
    "计算机应用",
    "物流管理",
    "行政管理",
    "电子信息工程",
    "烹饪",
    "市场营销",
)


@dataclass(slots=True)
class Person:
    """One invented veteran. `id_number` is only ever hashed; pay in yuan a month; codes as the database has them."""

    name: str
    sex: str
    id_number: str
    birth_date: date
    phone: str
    branch: str
    specialties: tuple[str, ...]
    entered_on: date
    left_on: date
    rank_group: str
    settlement: str
    honours: str
    is_party_member: bool
    education: int
    major: str
    skills: str
    certificates: tuple[str, ...]
    jobs: tuple[tuple[str, str, int], ...]
    employment_status: str
    wish: "PersonWish | None" = field(default=None)


@dataclass(slots=True)
class PersonWish:
    """What the person looks for; empty means no limit."""

    occupations: tuple[str, ...]
    lowest_pay: int | None
    accepts_shift: bool
    accepts_travel: bool
    own_county: bool


def _check(body: str) -> str:
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


class PeopleMaker:
    """Makes people one after the other; no two share a number.

    `specialties` are the crosswalk's codes, `occupations` what each code leads to (occupation codes), `others`
    occupation codes that anybody may wish for.
    """

    def __init__(
        self,
        rng: random.Random,
        today: date,
        occupations: dict[str, tuple[str, ...]],
        others: Sequence[str],
    ) -> None:
        self.rng, self.today, self.occupations, self.others = rng, today, occupations, others
        self._specialties = [row for row in _SPECIALTIES if row[0] in occupations]
        self._weights = [row[1] for row in self._specialties]
        self._serial = 0

    def make(self, county: str) -> Person:
        rng = self.rng
        self._serial += 1
        served = rng.choices((2, 3, 5, 8, 12, 16, 20), (40, 8, 24, 12, 10, 4, 2))[0]
        left = date(rng.randint(self.today.year - 36, self.today.year - 1), rng.choice((9, 12)), 1)
        entered = left.replace(year=left.year - served)
        born = date(entered.year - rng.randint(18, 21), rng.randint(1, 12), rng.randint(1, 28))
        woman = rng.random() < 0.06
        specialty, _, certificates = rng.choices(self._specialties, self._weights)[0]
        age = self.today.year - born.year
        body = f"{county}{born:%Y%m%d}{self._serial % 500 * 2 + (not woman):03d}"
        education = rng.choices((0, 1, 2, 3, 4), (16, 50, 24, 9, 1) if age < 40 else (38, 50, 10, 2, 0))[0]
        status = self._status(age)
        return Person(
            name=self._name(born.year, woman),
            sex="female" if woman else "male",
            id_number=body + _check(body),
            birth_date=born,
            phone=str(19_910_000_000 + self._serial),
            branch=self._branch(specialty),
            specialties=(specialty,),
            entered_on=entered,
            left_on=left,
            rank_group=self._rank(served),
            settlement=self._settlement(served, age),
            honours=rng.choice(_HONOURS),
            is_party_member=rng.random() < 0.35,
            education=education,
            major=rng.choice(_MAJORS) if education >= 1 else "",
            skills=rng.choice(_SKILLS),
            certificates=self._certificates(certificates),
            jobs=self._jobs(age - 20 - served),
            employment_status=status,
            wish=self._wish(specialty)
            if status in {"unemployed", "flexible"} or rng.random() < 0.15
            else None,
        )

    def _name(self, year: int, woman: bool) -> str:
        given = (
            _GIVEN_WOMEN
            if woman
            else _GIVEN_OLD
            if year < 1972
            else _GIVEN_MID
            if year < 1992
            else _GIVEN_NEW
        )
        return self.rng.choice(_SURNAMES) + self.rng.choice(given)

    def _branch(self, specialty: str) -> str:
        if specialty in _SEA:
            return "navy"
        branches = ("army", "navy", "air_force", "rocket_force", "armed_police", "support_force")
        return self.rng.choices(branches, (54, 12, 12, 4, 14, 4))[0]

    def _rank(self, served: int) -> str:
        if served <= 2:
            return "conscript"
        if served <= 8:
            return "nco_junior"
        return self.rng.choice(("nco_middle", "officer")) if served <= 12 else "nco_senior"

    def _settlement(self, served: int, age: int) -> str:
        if served >= 16:
            return self.rng.choice(("monthly_pension", "transferred", "assigned"))
        if served == 12:
            return self.rng.choice(("assigned", "self_employed"))
        return "demobilised" if age > 60 and self.rng.random() < 0.2 else "self_employed"

    def _status(self, age: int) -> str:
        if age >= 60:
            return "retired"
        names = ("employed", "unemployed", "flexible", "self_employed", "studying", "not_seeking")
        return self.rng.choices(names, (58, 16, 13, 6, 3 if age < 27 else 0, 4))[0]

    def _certificates(self, usual: tuple[str, ...]) -> tuple[str, ...]:
        rng = self.rng
        held = [code for code in usual if rng.random() < 0.6]
        if rng.random() < 0.62 and not any(code.startswith("driving") for code in held):
            held.append("driving_c1")
        if rng.random() < 0.12:
            held.append(
                rng.choice(("forklift_n1", "electrician_low", "fire_facility", "welder", "food_health"))
            )
        return tuple(dict.fromkeys(held))

    def _jobs(self, years: int) -> tuple[tuple[str, str, int], ...]:
        if years <= 1 or self.rng.random() < 0.35:
            return ()
        number = self.rng.choices((1, 2), (70, 30))[0]
        return tuple(
            (title, duties, self.rng.randint(1, max(1, min(8, years // number))))
            for title, duties in self.rng.sample(_JOBS, number)
        )

    def _wish(self, specialty: str) -> PersonWish:
        rng = self.rng
        own = list(self.occupations[specialty])
        wished = rng.sample(own, min(len(own), rng.randint(1, 2)))
        if rng.random() < 0.5:
            wished.append(rng.choice(self.others))
        return PersonWish(
            occupations=tuple(dict.fromkeys(wished)),
            lowest_pay=rng.choice((None, 4000, 4500, 5000, 5000, 5500, 6000, 7000)),
            accepts_shift=rng.random() < 0.7,
            accepts_travel=rng.random() < 0.5,
            own_county=rng.random() < 0.6,
        )
