"""Invented employers of the region, with codes whose check characters are right."""

import random
from dataclasses import dataclass

from portal.demo.content.files import toml

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SIZES = (("micro", 30), ("small", 48), ("medium", 16), ("large", 6))


@dataclass(frozen=True, slots=True)
class Firm:
    """One invented employer; codes as the database has them."""

    name: str
    uscc: str
    industry: str
    size_band: str
    nature: str
    place: str
    region_code: str
    address: str
    introduction: str
    contact_person: str
    contact_phone: str
    veteran_founded: bool


def uscc(serial: int, county: str) -> str:
    body = f"91{county}MA{serial:07d}"
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _ALPHABET[(31 - total % 31) % 31]


def firms(count: int, towns: list[dict[str, str]], rng: random.Random) -> list[Firm]:
    """`count` employers with names and codes of their own, spread over `towns` (rows of places.places())."""
    counties = {"440703": "江门市蓬江区", "440704": "江门市江海区", "440705": "江门市新会区"}
    others = {"440781": "台山市", "440783": "开平市", "440784": "鹤山市", "440785": "恩平市"}
    prefix = counties | others
    words = toml("words.toml")["firms"]
    industries = list(words["trades"])
    shares = [words["trades"][industry]["weight"] for industry in industries]
    xinhui = next(town for town in towns if town["name"] == "会城街道")
    made = [_named("江门市远航物流有限公司", "G", "物流", 1, xinhui, rng)]
    names = {made[0].name}
    while len(made) < count:
        town = rng.choice(towns)
        industry = rng.choices(industries, shares)[0]
        trade = rng.choice(words["trades"][industry]["words"])
        brand = rng.choice(words["brands"]) + rng.choice(words["brand_tails"])
        county = prefix[town["parent"]]
        place = rng.choice((county, "江门市", county + town["name"].removesuffix("镇").removesuffix("街道")))
        name = f"{place}{brand}{trade}{rng.choice(words['trades'][industry]['endings'])}"
        if name in names:
            continue
        names.add(name)
        made.append(_named(name, industry, trade, len(made) + 1, town, rng))
    return made


def _named(
    name: str, industry: str, trade: str, serial: int, town: dict[str, str], rng: random.Random
) -> Firm:
    words = toml("words.toml")["firms"]
    size = rng.choices([s for s, _ in _SIZES], [w for _, w in _SIZES])[0]
    staff = {"micro": 12, "small": 80, "medium": 450, "large": 1500}[size] + rng.randrange(8)
    nature = "private" if "有限" in name else rng.choice(("individual", "private"))
    if industry in {"Q", "P"} and not name.endswith("公司"):
        nature = rng.choice(("public_institution", "private"))
    elif rng.random() < 0.08:
        nature = rng.choice(("foreign", "joint", "state"))
    return Firm(
        name=name,
        uscc=uscc(serial, town["parent"]),
        industry=industry,
        size_band=size,
        nature=nature,
        place=town["name"],
        region_code=town["code"],
        address=f"{rng.choice(words['roads'])}{rng.randint(1, 260)}号",
        introduction=rng.choice(words["introductions"]).format(place=town["name"], trade=trade, staff=staff),
        contact_person=rng.choice(words["surnames"]) + rng.choice(words["called"]),
        contact_phone=str(19_920_000_000 + serial),
        veteran_founded=rng.random() < 0.07,
    )
