"""Small worlds for tests: a station tree, people, employers, positions and fairs, made through the models."""

import io
import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from PIL import Image
from wagtail.models import Page, Site

from cms.models import FairIndexPage, FairMode, HomePage, JobFairPage
from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Appointment, Consent, User
from portal.accounts.roles import StationRole
from portal.core.encryption import lookup_hash
from portal.core.enums import Education
from portal.core.models import Occupation, Region, Specialty
from portal.core.validators import id_check_character, uscc_check_character
from portal.employers.enums import EmployerRole, Industry, Nature, SizeBand, VerificationState
from portal.employers.models import Employer, EmployerMembership
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth, Registration
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.stations.actions import begin_history
from portal.stations.enums import StationLevel
from portal.stations.models import Station
from portal.veterans.enums import Sex
from portal.veterans.models import Certificate, Service, Veteran, Wish

_serial = itertools.count(1)

# (code, name, level): the parent is the longest shorter code in the list.
PLACES = (
    ("44", "广东省", "province"),
    ("4407", "江门市", "city"),
    ("440703", "蓬江区", "county"),
    ("440705", "新会区", "county"),
    ("440705109", "睦洲镇", "town"),
    ("440705102", "司前镇", "town"),
    ("440705109201", "南安村", "village"),
)
_COORDINATES = {
    "440705": (22.46, 113.03),
    "440703": (22.60, 113.08),
    "440705109": (22.47, 113.16),
    "440705102": (22.49, 112.86),
}


def make_regions() -> None:
    """江门市 with two counties, two neighbouring towns and one village."""
    for code, name, level in PLACES:
        parents = [c for c, _, _ in PLACES if c != code and code.startswith(c)]
        lat, lon = _COORDINATES.get(code, (None, None))
        Region.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "level": level,
                "parent_id": max(parents, key=len) if parents else None,
                "latitude": lat,
                "longitude": lon,
            },
        )


def make_stations() -> dict[str, Station]:
    """The four-level tree over PLACES, by region name: stations['睦洲镇'] is a town's."""
    by_name = {station.region.name: station for station in Station.objects.select_related("region")}
    if by_name:
        return by_name
    make_regions()
    opening_day = date(2019, 1, 1)
    for code, name, level in PLACES[1:]:
        fields = {
            "name": f"{name}退役军人服务{'中心' if len(code) <= 6 else '站'}",
            "level": StationLevel(level),
            "region_id": code,
            "opened_on": opening_day,
        }
        parents = [s for s in by_name.values() if code.startswith(s.region_id)]
        if parents:
            parent = max(parents, key=lambda s: len(s.region_id))
            by_name[name] = Station.objects.get(pk=parent.pk).add_child(**fields)
        else:
            by_name[name] = Station.add_root(**fields)
    begin_history(by_name.values())
    return {station.region.name: station for station in Station.objects.select_related("region")}


def make_occupation(code: str = "4-02-02-02", name: str = "道路货运汽车驾驶员") -> Occupation:
    return Occupation.objects.get_or_create(code=code, defaults={"name": name, "level": 4, "tasks": ""})[0]


def make_specialty(code: str = "driver", name: str = "汽车驾驶员") -> Specialty:
    return Specialty.objects.get_or_create(code=code, defaults={"name": name})[0]


def make_phone() -> str:
    return f"139{next(_serial):08d}"


def make_id_number(born: date = date(1985, 5, 1), serial: int | None = None) -> str:
    body = f"440705{born:%Y%m%d}{(serial if serial is not None else next(_serial)) % 1000:03d}"
    return body + id_check_character(body)


def make_uscc(serial: int | None = None) -> str:
    body = f"91440705MA{serial or next(_serial):07d}"
    return body + uscc_check_character(body)


def make_picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **saved: Any) -> bytes:
    """A small picture unlike any other."""
    out = io.BytesIO()
    serial = next(_serial)
    Image.new("RGB", size, (serial % 256, serial // 256 % 256, 90)).save(out, form, **saved)
    return out.getvalue()


def make_user(
    name: str = "张三", *, phone: str | None = None, password: str | None = None, **fields: Any
) -> User:
    return User.objects.create_user(phone or make_phone(), name=name, password=password, **fields)


def make_staff(
    station: Station, role: StationRole = StationRole.CLERK, *, name: str = "李秀珍", **fields: Any
) -> User:
    """A user with a post at `station` from last year on."""
    user = make_user(name, **fields)
    Appointment.objects.create(
        user=user, station=station, role=role, starts_on=timezone.localdate() - timedelta(days=365)
    )
    return user


def make_veteran(
    *,
    station: Station | None = None,
    name: str = "陈建国",
    account: User | None = None,
    specialties: tuple[str, ...] = (),
    certificates: tuple[str, ...] = (),
    wish: dict[str, Any] | None = None,
    consented: bool = False,
    **fields: Any,
) -> Veteran:
    """Make a record.

    Args:
        consented: the account consented to recommendations.
    """
    station = station or make_stations()["睦洲镇"]
    phone = account.phone if account is not None else make_phone()
    number = make_id_number()
    veteran = Veteran.objects.create(
        **{
            "station": station,
            "name": name,
            "account": account,
            "sex": Sex.MALE,
            "birth_date": date(1985, 5, 1),
            "id_hash": lookup_hash(f"{number}:{next(_serial)}"),
            "id_last4": number[-4:],
            "phone": phone,
            "phone_hash": lookup_hash(phone),
            "living_region": station.region,
            "education": Education.SECONDARY,
            **fields,
        }
    )
    if consented:
        assert account is not None
        Consent.objects.create(user=account, purpose=ConsentPurpose.MATCHING, wording="告知")
    for code in specialties:
        Service.objects.create(veteran=veteran, specialty=make_specialty(code), years=8)
    for kind in certificates:
        Certificate.objects.create(veteran=veteran, kind=kind)
    if wish is not None:
        occupations, regions = wish.pop("occupations", []), wish.pop("regions", [])
        row = Wish.objects.create(veteran=veteran, **wish)
        row.occupations.set(occupations)
        row.regions.set(regions)
    return veteran


def make_employer(
    *, name: str | None = None, verified: bool = True, member: User | None = None, **fields: Any
) -> Employer:
    stations = make_stations()
    reviewer = User.objects.filter(name="审核员").first() or make_user("审核员")
    now = timezone.now()
    verification: dict[str, Any] = (
        {
            "state": VerificationState.VERIFIED,
            "verified_at": now,
            "verified_until": timezone.localdate(now) + timedelta(days=180),
            "verified_by": reviewer,
        }
        if verified
        else {}
    )
    employer = Employer.objects.create(
        **{
            "name": name or f"江门市演示物流{next(_serial)}有限公司",
            "uscc": make_uscc(),
            "industry": Industry.G,
            "size_band": SizeBand.SMALL,
            "nature": Nature.PRIVATE,
            "region": stations["新会区"].region,
            "station": stations["新会区"],
            "address": "会城街道演示路1号",
            "contact_person": "王经理",
            "contact_phone": make_phone(),
            **verification,
            **fields,
        }
    )
    if member is not None:
        EmployerMembership.objects.create(user=member, employer=employer, role=EmployerRole.OWNER)
    return employer


def make_position(*, employer: Employer | None = None, is_open: bool = True, **fields: Any) -> Position:
    employer = employer or make_employer()
    now = timezone.now()
    dates: dict[str, Any] = (
        {
            "state": PositionState.OPEN,
            "published_at": now - timedelta(hours=1),
            "expires_at": now + timedelta(days=30),
        }
        if is_open
        else {}
    )
    values = {
        "employer": employer,
        "title": "货车司机",
        "headcount": 3,
        "pay_from": Decimal(6000),
        "pay_to": Decimal(8000),
        "region": employer.region,
        "duties": "1、负责货物运输，安全送达；2、做好车辆日常检查与保养。",
        "requirements": "持有A2驾驶证，熟悉江门及珠三角路线。",
        **dates,
        **fields,
    }
    if "occupation" not in values:
        values["occupation"] = make_occupation()
    return Position.objects.create(**values)


def make_fair_index() -> FairIndexPage:
    """The site's tree down to the fair list, with the site pointing at it."""
    index = FairIndexPage.objects.first()
    if index is not None:
        return index
    home = HomePage.objects.first()
    if home is None:
        home = Page.objects.get(depth=1).add_child(instance=HomePage(title="首页", slug="portal-home"))
        Site.objects.update_or_create(
            is_default_site=True, defaults={"hostname": "localhost", "port": 80, "root_page": home}
        )
    created: FairIndexPage = home.add_child(instance=FairIndexPage(title="招聘会", slug="fairs"))
    return created


def make_fair(
    *, title: str = "退役军人专场招聘会", organiser: Station | None = None, **fields: Any
) -> JobFairPage:
    """A published fair in three days, open for registration now, at the latest until its end."""
    stations = make_stations()
    now = timezone.now()
    starts_at = fields.setdefault("starts_at", now + timedelta(days=3))
    ends_at = fields.setdefault("ends_at", starts_at + timedelta(hours=4))
    closes_at = fields.setdefault("registration_closes_at", min(now + timedelta(days=2), ends_at))
    page = JobFairPage(
        **{
            "title": title,
            "slug": f"fair-{next(_serial)}",
            "mode": FairMode.OFFLINE,
            "venue": "市民广场",
            "address": "演示路1号",
            "region": stations["新会区"].region,
            "organiser": organiser or stations["新会区"],
            "capacity": 300,
            "registration_opens_at": min(now, closes_at) - timedelta(days=7),
            "live": True,
            **fields,
        }
    )
    fair: JobFairPage = FairIndexPage.objects.get(pk=make_fair_index().pk).add_child(instance=page)
    return fair


def make_booth(fair: JobFairPage, *positions: Position, number: str | None = None) -> Booth:
    """A confirmed booth of the positions' employer with these positions."""
    booth = Booth.objects.create(
        fair=fair,
        employer=positions[0].employer if positions else make_employer(),
        state=BoothState.CONFIRMED,
        number=number or f"A{next(_serial):02d}",
    )
    booth.positions.set(positions)
    return booth


def make_registration(fair: JobFairPage, veteran: Veteran) -> Registration:
    return Registration.objects.create(fair=fair, veteran=veteran, number=fair.registrations.count() + 1)
