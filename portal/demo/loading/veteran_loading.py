"""Veterans of the demo, with services, certificates, work history and wishes."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from tqdm import tqdm

from portal.accounts.consent_texts import WORDINGS
from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Consent, User
from portal.core.encryption import hash_id_number, hash_phone
from portal.core.models import Occupation
from portal.demo import logins
from portal.demo.content.invented_people import Person, PersonGenerator, PersonWish
from portal.demo.content.job_families import job_families
from portal.demo.loading.bulk_insert import insert, new_user
from portal.demo.scale import Scale
from portal.stations.enums import StationLevel
from portal.stations.models import Station
from portal.veterans.enums import RecordSource
from portal.veterans.models import Certificate, Service, Veteran, Wish, WorkHistory

_NEAR_SHARE = 0.05
_CARD_CONSENT_SHARE = 0.7


def crosswalk() -> dict[str, tuple[str, ...]]:
    """Return specialty -> occupation codes, from the table of the ranking."""
    codes = set(Occupation.objects.values_list("code", flat=True))
    path = Path(settings.REFERENCE_DIR) / "crosswalk.csv"
    with path.open(encoding="utf-8") as file:
        rows = {
            row["code"]: tuple(code for code in row["occupation_codes"].split("|") if code in codes)
            for row in csv.DictReader(file)
        }
    return {code: occupations for code, occupations in rows.items() if occupations}


def occupation_codes() -> dict[str, str]:
    """Return occupation name -> code, level 4 of the national classification."""
    return dict(Occupation.objects.filter(level=4).values_list("name", "code"))


def load_veterans(stations: dict[str, Station], rng: random.Random, scale: Scale) -> list[int]:
    """Load the records and return the primary keys of veterans with an account."""
    villages = list(
        Station.objects.filter(level__in=[StationLevel.TOWN, StationLevel.VILLAGE]).select_related("region")
    )
    names = occupation_codes()
    maker = PersonGenerator(
        rng, timezone.localdate(), crosswalk(), sorted({names[job.occupation] for job in job_families()})
    )
    people = [_driver(maker), _radar_operator(maker), _founder(maker)]
    homes = [stations["睦洲镇"], stations["江海区"], stations["会城街道"]]
    login_count = len(people)
    # The demo's clerk works in 睦洲镇, so enough people live there.
    near = [station for station in villages if station.path.startswith(stations["睦洲镇"].path)]
    with tqdm(total=scale.veterans, desc="people", unit="person") as bar:
        while len(people) < scale.veterans:
            home = rng.choice(near if rng.random() < _NEAR_SHARE else villages)
            homes.append(home)
            people.append(maker.make(home.region_id[:6]))
            bar.update()
    # Accounts go to people with a login, then to those with a wish, who see recommended positions.
    looking = sorted(range(len(people)), key=lambda i: (i >= login_count, people[i].wish is None, i))[
        : scale.accounts
    ]
    accounts = {i: new_user(people[i].phone, people[i].name) for i in looking}
    insert(User, accounts.values(), total=len(accounts), label="accounts")
    _load_consents(list(accounts.values()), rng)
    records = [_record(person, homes[i], accounts.get(i)) for i, person in enumerate(people)]
    insert(Veteran, records, total=len(records), label="veterans")
    _load_details(records, people, homes)
    return [record.pk for i, record in enumerate(records) if i in accounts]


def _load_consents(accounts: list[User], rng: random.Random) -> None:
    """Load consents: all accounts to matching, most also to the anonymous card for employers."""
    shares = {ConsentPurpose.MATCHING: 1.0, ConsentPurpose.EMPLOYER_CARD: _CARD_CONSENT_SHARE}
    consents = [
        Consent(user=user, purpose=purpose, wording=WORDINGS[purpose])
        for user in accounts
        for purpose, share in shares.items()
        if rng.random() < share
    ]
    insert(Consent, consents, total=len(consents), label="consents")


def _record(person: Person, home: Station, account: User | None) -> Veteran:
    return Veteran(
        account=account,
        station=home,
        name=person.name,
        sex=person.sex,
        birth_date=person.birth_date,
        id_hash=hash_id_number(person.id_number),
        id_last4=person.id_number[-4:],
        phone=person.phone,
        phone_hash=hash_phone(person.phone),
        household_region_id=home.region_id,
        living_region_id=home.region_id,
        branch=person.branch,
        entered_on=person.entered_on,
        left_on=person.left_on,
        rank_group=person.rank_group,
        settlement=person.settlement,
        honours=person.honours,
        is_party_member=person.is_party_member,
        education=person.education,
        major=person.major,
        skills=person.skills,
        employment_status=person.employment_status,
        source=RecordSource.SELF if account else RecordSource.STATION,
    )


def _load_details(records: list[Veteran], people: list[Person], homes: list[Station]) -> None:
    pairs = list(zip(records, people, strict=True))
    services = [
        Service(veteran=record, specialty_id=code, years=max(1, min(45, record.years_served)))
        for record, person in pairs
        for code in person.specialties
    ]
    insert(Service, services, total=len(services), label="services")
    certificates = [
        Certificate(veteran=record, kind=kind) for record, person in pairs for kind in person.certificates
    ]
    insert(Certificate, certificates, total=len(certificates), label="certificates")
    jobs = [
        WorkHistory(veteran=record, employer_name="本地企业", title=title, years=years, duties=duties)
        for record, person in pairs
        for title, duties, years in person.jobs
    ]
    insert(WorkHistory, jobs, total=len(jobs), label="work history")
    wishes = [
        (_wish(record, person.wish), person.wish, home)
        for (record, person), home in zip(pairs, homes, strict=True)
        if person.wish is not None
    ]
    insert(Wish, [row for row, _, _ in wishes], total=len(wishes), label="wishes")
    occupations, regions = Wish.occupations.through, Wish.regions.through
    links = [
        occupations(wish=row, occupation_id=code) for row, wish, _ in wishes for code in wish.occupations
    ]
    insert(occupations, links, total=len(links), label="wished occupations")
    places = [
        regions(wish=row, region_id=home.region_id[:6]) for row, wish, home in wishes if wish.own_county
    ]
    insert(regions, places, total=len(places), label="wished regions")


def _wish(record: Veteran, wish: PersonWish) -> Wish:
    return Wish(
        veteran=record,
        text=wish.text,
        lowest_pay=wish.lowest_pay,
        accepts_shift=wish.accepts_shift,
        accepts_travel=wish.accepts_travel,
        start_date=None
        if wish.starts_in_days is None
        else timezone.localdate() + timedelta(days=wish.starts_in_days),
        wants_training=wish.wants_training,
        wants_business=wish.wants_business,
    )


def _driver(maker: PersonGenerator) -> Person:
    """Return 陈建国 of the scenarios: army driver for twelve years, A2 licence, lives in 新会区."""
    person = maker.make("440705")
    today = maker.today
    person.name, person.phone = logins.DRIVER.name, logins.DRIVER.phone
    person.sex, person.birth_date = "male", date(today.year - 41, 5, 12)
    person.branch, person.specialties = "army", ("driver", "truck_driver")
    person.entered_on, person.left_on = date(today.year - 23, 12, 1), date(today.year - 11, 12, 1)
    person.rank_group, person.settlement = "nco_middle", "self_employed"
    person.education, person.major = 1, "汽车维修"
    person.certificates = ("driving_a2", "road_transport")
    person.skills = "熟悉珠三角路线，能独立排除车辆常见故障，带过车队"
    person.jobs = (("货车司机", "市内和跨市配送、车辆保养", 6),)
    person.employment_status = "unemployed"
    person.wish = PersonWish(maker.occupations["driver"][:1], 6000, True, True, own_county=False)
    return person


def _radar_operator(maker: PersonGenerator) -> Person:
    """Return 林志强 of the scenarios: navy radar, bachelor's, wants to stay in 江海区 at 6,000 or more."""
    person = maker.make("440704")
    today = maker.today
    person.name, person.phone = logins.RADAR.name, logins.RADAR.phone
    person.sex, person.birth_date = "male", date(today.year - 27, 3, 8)
    person.branch, person.specialties = "navy", ("radar",)
    person.entered_on, person.left_on = date(today.year - 6, 9, 1), date(today.year - 1, 9, 1)
    person.rank_group, person.settlement = "nco_junior", "self_employed"
    person.education, person.major = 3, "电子信息工程"
    person.certificates = ("computer", "driving_c1")
    person.skills = "雷达设备操作与维护，会用示波器，熟悉电子电路，会写检修记录"
    person.jobs, person.employment_status = (), "unemployed"
    person.wish = PersonWish(maker.occupations["radar"][:1], 6000, True, False, own_county=True)
    return person


def _founder(maker: PersonGenerator) -> Person:
    """Return 周文斌 of the scenarios: enters the competition, wants to found a company."""
    person = maker.make("440705")
    today = maker.today
    person.name, person.phone = logins.FOUNDER.name, logins.FOUNDER.phone
    person.sex, person.birth_date = "male", date(today.year - 33, 9, 20)
    person.branch, person.specialties = "army", ("catering_officer", "squad_leader")
    person.entered_on, person.left_on = date(today.year - 14, 12, 1), date(today.year - 6, 12, 1)
    person.rank_group, person.settlement = "nco_junior", "self_employed"
    person.education, person.major = 2, "食品加工"
    person.certificates = ("food_health", "driving_c1")
    person.skills = "做过伙食核算和采购，会柑普茶、陈皮加工，会直播带货"
    person.jobs = (("陈皮加工厂班长", "收果开皮、仓储陈化、带班组", 4),)
    person.employment_status = "self_employed"
    person.wish = PersonWish(
        maker.occupations["catering_officer"][:1], None, True, True, own_county=True, wants_business=True
    )
    return person
