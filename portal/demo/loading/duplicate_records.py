"""Records that may belong to one person, for the page of duplicates."""

from portal.stations.models import Station
from portal.veterans.models import Veteran

SAME_PHONE, SAME_PERSON = 2, 1  # numbers of pairs


def load_duplicate_records(stations: dict[str, Station]) -> None:
    """Copy the phone, or the name and birth date, between some records without an account."""
    near = Veteran.objects.filter(account=None, station__path__startswith=stations["睦洲镇"].path)
    count = 2 * (SAME_PHONE + SAME_PERSON)
    records = list(near.order_by("pk")[:count])
    pairs = list(zip(records[::2], records[1::2], strict=False))
    for one, other in pairs[:SAME_PHONE]:
        other.phone, other.phone_hash = one.phone, one.phone_hash
        other.save(update_fields=["phone", "phone_hash"])
    for one, other in pairs[SAME_PHONE:]:
        other.name, other.birth_date, other.sex = one.name, one.birth_date, one.sex
        other.save(update_fields=["name", "birth_date", "sex"])
