"""Files that may be of one person: what the desk's page of duplicates is there to find."""

from portal.stations.models import Station
from portal.veterans.models import Veteran

SAME_PHONE, SAME_PERSON = 2, 1  # pairs


def load_duplicate_records(stations: dict[str, Station]) -> None:
    """Give some files without an account the phone, or the name and birth date, of another one."""
    near = Veteran.objects.filter(account=None, station__path__startswith=stations["睦洲镇"].path)
    wanted = 2 * (SAME_PHONE + SAME_PERSON)
    files = list(near.order_by("pk")[:wanted])
    pairs = list(zip(files[::2], files[1::2], strict=False))
    for one, other in pairs[:SAME_PHONE]:
        other.phone, other.phone_hash = one.phone, one.phone_hash
        other.save(update_fields=["phone", "phone_hash"])
    for one, other in pairs[SAME_PHONE:]:
        other.name, other.birth_date, other.sex = one.name, one.birth_date, one.sex
        other.save(update_fields=["name", "birth_date", "sex"])
