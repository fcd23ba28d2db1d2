"""Generator of employers of the region, with valid credit codes."""

import random
from dataclasses import dataclass

from portal.demo.content.toml_files import read_toml

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SIZES = (("micro", 30), ("small", 48), ("medium", 16), ("large", 6))


@dataclass(frozen=True, slots=True)
class InventedEmployer:
    """One invented employer; codes as in the database."""

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


def uscc(serial: int, county: str, registry: str = "91") -> str:
    """Return a credit code (GB 32100) with a valid check character.

    `registry`: 91 company, 92 individual business, 93 farmers' cooperative, 52 private non-enterprise, 12
    public institution.
    """
    body = f"{registry}{county}MA{serial:07d}"
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _ALPHABET[(31 - total % 31) % 31]


def invent_employers(count: int, towns: list[dict[str, str]], rng: random.Random) -> list[InventedEmployer]:
    """Return `count` employers with unique names and codes, spread over `towns` (rows of `place_rows`)."""
    counties = {"440703": "江门市蓬江区", "440704": "江门市江海区", "440705": "江门市新会区"}
    others = {"440781": "台山市", "440783": "开平市", "440784": "鹤山市", "440785": "恩平市"}
    prefix = counties | others
    words = read_toml("words.toml")["firms"]
    industries = list(words["trades"])
    shares = [words["trades"][industry]["weight"] for industry in industries]
    xinhui = next(town for town in towns if town["name"] == "会城街道")
    employers = [_build_employer("江门市远航物流有限公司", "G", "物流", 1, xinhui, rng)]
    names = {employers[0].name}
    while len(employers) < count:
        town = rng.choice(towns)
        industry = rng.choices(industries, shares)[0]
        brand = rng.choice(words["brands"]) + rng.choice(words["brand_tails"])
        trade, ending = _trade(words["trades"][industry], rng)
        county = prefix[town["parent"]]
        place = rng.choice((county, "江门市", county + town["name"].removesuffix("镇").removesuffix("街道")))
        name = f"{place}{brand}{trade}{ending}"
        if name in names:
            continue
        names.add(name)
        employers.append(_build_employer(name, industry, trade, len(employers) + 1, town, rng))
    return employers


def _trade(trade: dict[str, list[str]], rng: random.Random) -> tuple[str, str]:
    """Return the trade in a name and the ending; some words, such as kinds of shops, need no ending."""
    whole = trade.get("whole", [])
    if whole and rng.random() < 0.4:
        return rng.choice(whole), ""
    return rng.choice(trade["words"]), rng.choice(trade["endings"])


def _nature_and_registry(name: str, industry: str, rng: random.Random) -> tuple[str, str]:
    """Return the nature and the registry that match a name."""
    if name.endswith("合作社"):
        return "other", "93"
    if "公司" in name:
        return ("private" if rng.random() > 0.08 else rng.choice(("foreign", "joint", "state"))), "91"
    if industry in {"P", "Q", "S"}:
        return ("other", "52") if rng.random() < 0.7 else ("public_institution", "12")
    return ("individual", "92") if rng.random() < 0.8 else ("private", "91")


def _build_employer(
    name: str, industry: str, trade: str, serial: int, town: dict[str, str], rng: random.Random
) -> InventedEmployer:
    words = read_toml("words.toml")["firms"]
    size = rng.choices([s for s, _ in _SIZES], [w for _, w in _SIZES])[0]
    nature, registry = _nature_and_registry(name, industry, rng)
    if nature in {"individual", "other"} and size in {"medium", "large"}:
        size = "small"
    staff = {"micro": 12, "small": 80, "medium": 450, "large": 1500}[size] + rng.randrange(8)
    road = f"{rng.choice(words['roads'])}{rng.randint(1, 260)}号"
    introduction_kind = "factory" if industry == "C" else "place" if name.endswith(trade) else "service"
    introduction = rng.choice(words["introductions"][introduction_kind])
    return InventedEmployer(
        name=name,
        uscc=uscc(serial, town["parent"], registry),
        industry=industry,
        size_band=size,
        nature=nature,
        place=town["name"],
        region_code=town["code"],
        address=road + rng.choice(words["places"]),
        introduction=introduction.format(place=town["name"], trade=trade, staff=staff),
        contact_person=rng.choice(words["surnames"]) + rng.choice(words["called"]),
        contact_phone=str(19_920_000_000 + serial),
        veteran_founded=rng.random() < 0.07,
    )
