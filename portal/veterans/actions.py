"""Writes to a veteran's record; merges, claims, closing and moves have modules of their own."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.core import audit
from portal.core.classification import DataClass, fields_of_class
from portal.core.encryption import EncryptedTextField, hash_id_number
from portal.core.locking import locked
from portal.core.models import Occupation, Region
from portal.core.seen_values import merge_changes, merge_fields, seal
from portal.core.validators import birth_date_of
from portal.stations.models import Station
from portal.veterans.enums import RecordSource, Sex
from portal.veterans.events import announce_change
from portal.veterans.field_rules import (
    CERTIFICATE_RULES,
    JOB_RULES,
    RECORD_DEFAULTS,
    RECORD_RULES,
    SERVICE_RULES,
    WISH_RULES,
    PersonFacts,
    clean_id_number,
)
from portal.veterans.models import Certificate, Service, Veteran, Wish, WorkHistory
from portal.veterans.permissions import can_edit, serves
from portal.veterans.record_changes import RecordChange, announce_record_changes, set_values
from portal.veterans.record_moves import station_for_record

CERTIFICATE_DETAILS = ("grade", "number", "valid_until")
WISH_FIELDS = (
    "text", "lowest_pay", "max_distance_km", "accepts_shift", "accepts_travel", "start_date",
    "wants_training", "wants_business",
)  # fmt: skip
# Sensitive texts of a record, which staff may see one at a time: field -> Chinese name.
REVEALABLE = {
    field.name: str(field.verbose_name)
    for field in fields_of_class(Veteran, DataClass.SENSITIVE)
    if isinstance(field, EncryptedTextField)
}


@transaction.atomic
def open_record(
    *,
    by: User,
    station: Station,
    name: str,
    id_number: str,
    phone: str = "",
    account: User | None = None,
    **fields: Any,
) -> Veteran:
    """Open the record of a person. Sex and birth date come from the ID number, which itself is not stored.

    Raises:
        ValidationError: an invalid value, a closed station, or the person already has a record.
    """
    station = locked(station)
    if not station.is_open:
        raise ValidationError({"station": f"{station.name}已停用，请选择现在的服务站。"})
    id_number = clean_id_number(id_number)
    values = RECORD_RULES.clean(
        RECORD_RULES.complete({"name": name, "phone": phone, **fields}, omit=RECORD_DEFAULTS),
        current=PersonFacts(birth_date_of(id_number)),
    )
    id_hash = hash_id_number(id_number)
    if Veteran.objects.filter(id_hash=id_hash).exists():
        raise ValidationError(
            {"id_number": "该身份证号已有档案，请到所属服务站核对，一人只建一册。"}, code="duplicate"
        )
    veteran = Veteran(
        station=station,
        account=account,
        sex=Sex.MALE if int(id_number[16]) % 2 else Sex.FEMALE,
        birth_date=birth_date_of(id_number),
        id_hash=id_hash,
        id_last4=id_number[-4:],
        source=RecordSource.SELF if account is not None and account == by else RecordSource.STATION,
    )
    set_values(veteran, values)
    veteran.full_clean(exclude=["phone", "address", "difficulty", "disability"])
    veteran.save()
    if account is not None and locked(account).name != veteran.name:
        account.name = veteran.name
        account.save(update_fields=["name", "updated_at"])
    audit.record(by=by, verb="veterans.opened", target=veteran, station=station.pk)
    announce_change(veteran)
    return veteran


def _lock_editable(veteran: Veteran, by: User) -> Veteran:
    """Return the locked record if `by` may edit it.

    Raises:
        PermissionDenied: neither the person nor staff of the record's station.
        ValidationError: the record was closed or merged into another one, perhaps just now.
    """
    veteran = locked(veteran, "station")
    if not can_edit(by, veteran):
        raise PermissionDenied("not this user's record")
    if veteran.merged_into_id is not None:
        raise ValidationError("这份档案已并入另一份，请到保留的那份上修改。", code="merged")
    if veteran.closed_on is not None:
        raise ValidationError("这份档案已经注销，不能修改；确需修改请先恢复档案。", code="closed")
    return veteran


def _save_change(change: RecordChange, by: User, section: str) -> Veteran:
    """Save, audit and announce a change of one record; nothing happens where nothing changed."""
    veteran = change.veteran
    if change.is_empty:
        return veteran
    veteran.full_clean(exclude=["phone", "address", "difficulty", "disability"])
    veteran.save()
    announce_record_changes([change], by=by, section=section)
    announce_change(veteran)
    return veteran


def _save_related(veteran: Veteran, by: User, section: str, what: str) -> Veteran:
    """Touch the record, whose own rows changed; audit and announce the change."""
    veteran.save(update_fields=["updated_at"])
    announce_record_changes([RecordChange(veteran, related={what})], by=by, section=section)
    announce_change(veteran)
    return veteran


@transaction.atomic
def update_record(
    *, veteran: Veteran, by: User, section: str, values: Mapping[str, Any], seen_token: str = ""
) -> Veteran:
    """Set fields of a record, those of `RECORD_RULES`.

    A new living region moves the record to the station that serves it.

    Args:
        seen_token: token of the values that the form showed (`portal.core.seen_values`).

    Raises:
        PermissionDenied: `by` is neither the person nor staff of the record's station.
        ValidationError: by field: an invalid value, or one that somebody else changed meanwhile.
        ValueError: a field without a rule.
    """
    veteran = _lock_editable(veteran, by)
    unknown = set(values) - RECORD_RULES.keys()
    if unknown:
        raise ValueError(f"not fields of a record: {sorted(unknown)}")
    values = merge_fields(seen_token, veteran, RECORD_RULES.clean(values, current=veteran))
    old_values = set_values(veteran, values)
    if "living_region_id" in old_values:
        old_values |= set_values(veteran, {"station": station_for_record(veteran)})
    return _save_change(RecordChange(veteran, old_values), by, section)


@transaction.atomic
def set_services(
    *, veteran: Veteran, by: User, services: Iterable[tuple[str, int]], seen_token: str = ""
) -> Veteran:
    """Replace the military specialties by (specialty code, years) pairs.

    `seen_token` as for `update_record`.
    """
    veteran = _lock_editable(veteran, by)
    rows = {code: SERVICE_RULES.clean({"specialty": code, "years": years}) for code, years in services}
    new = {code: row["years"] for code, row in rows.items()}
    changes = merge_changes(seen_token, {"services": list(new.items())}, _services(veteran))
    if not changes or new == dict(veteran.services.values_list("specialty", "years")):
        return veteran
    veteran.services.all().delete()
    Service.objects.bulk_create(
        Service(veteran=veteran, specialty_id=code, years=years) for code, years in new.items()
    )
    return _save_related(veteran, by, "service", "specialties")


@transaction.atomic
def set_certificates(*, veteran: Veteran, by: User, kinds: Iterable[str], seen_token: str = "") -> Veteran:
    """Replace the certificates by these kinds; details of certificates that stay are kept.

    `seen_token` as for `update_record`.
    """
    veteran = _lock_editable(veteran, by)
    new_kinds = {CERTIFICATE_RULES["kind"].clean(kind) for kind in kinds}
    if not merge_changes(seen_token, {"certificates": new_kinds}, _certificates(veteran)):
        return veteran
    old_kinds = set(veteran.certificates.values_list("kind", flat=True))
    if new_kinds == old_kinds:
        return veteran
    veteran.certificates.exclude(kind__in=new_kinds).delete()
    Certificate.objects.bulk_create(
        Certificate(veteran=veteran, kind=kind) for kind in sorted(new_kinds - old_kinds)
    )
    return _save_related(veteran, by, "skills", "certificates")


@transaction.atomic
def set_certificate_details(
    *, veteran: Veteran, by: User, details: Mapping[str, Mapping[str, Any]], seen_token: str = ""
) -> Veteran:
    """Set `grade`, `number` and `valid_until` of the person's certificates, by kind; `seen_token` as above.

    Raises:
        ValidationError: a number that must not be stored, or another invalid value.
    """
    veteran = _lock_editable(veteran, by)
    is_changed = False
    for certificate in veteran.certificates.filter(kind__in=details):
        kind, current = certificate.kind, _certificate_details(certificate)
        values = {f"{name}_{kind}": value for name, value in CERTIFICATE_RULES.clean(details[kind]).items()}
        changes = merge_changes(seen_token, values, current)
        is_changed = is_changed or any(current[name] != value for name, value in changes.items())
        for name, value in changes.items():
            setattr(certificate, name.removesuffix(f"_{kind}"), value)
        certificate.full_clean(exclude=["veteran"])
        certificate.save()
    return _save_related(veteran, by, "certificates", "certificates") if is_changed else veteran


@transaction.atomic
def add_work_history(
    *, veteran: Veteran, by: User, employer_name: str, title: str, years: int, duties: str = ""
) -> WorkHistory:
    """Add a civilian job; the same one, sent twice by a form, is stored once."""
    veteran = _lock_editable(veteran, by)
    values = JOB_RULES.clean(
        {"employer_name": employer_name, "title": title, "years": years, "duties": duties}
    )
    twin = veteran.work_history.filter(**values).first()
    if twin is not None:
        return twin
    job = WorkHistory(veteran=veteran, **values)
    job.full_clean()
    job.save()
    _save_related(veteran, by, "skills", "work_history")
    return job


@transaction.atomic
def remove_work_history(*, veteran: Veteran, by: User, job: WorkHistory) -> None:
    """Remove one civilian job from the record; a second call changes nothing."""
    veteran = _lock_editable(veteran, by)
    deleted_count, _ = veteran.work_history.filter(pk=job.pk).delete()
    if not deleted_count:
        return
    _save_related(veteran, by, "skills", "work_history")


@transaction.atomic
def set_wish(
    *,
    veteran: Veteran,
    by: User,
    occupations: Iterable[Occupation] = (),
    regions: Iterable[Region] = (),
    lowest_pay: Decimal | None = None,
    seen_token: str = "",
    **fields: Any,
) -> Wish:
    """Replace the wish of the person; an argument left out means no limit.

    `seen_token` as for `update_record`.
    """
    veteran = _lock_editable(veteran, by)
    wish, _ = Wish.objects.get_or_create(veteran=veteran)
    values = WISH_RULES.clean({"lowest_pay": lowest_pay, **fields})
    values |= {"occupations": list(occupations), "regions": list(regions)}
    changes = merge_changes(seen_token, values, _wish_values(wish))
    relations = {name: changes.pop(name) for name in ("occupations", "regions") if name in changes}
    for field, value in changes.items():
        setattr(wish, field, value)
    wish.full_clean()
    wish.save()
    for name, rows in relations.items():
        getattr(wish, name).set(rows)
    _save_related(veteran, by, "wishes", "wish")
    return wish


def _services(veteran: Veteran) -> dict[str, Any]:
    rows = veteran.services.order_by("pk").values_list("specialty_id", "years")
    return {"services": list(rows)}


def _certificates(veteran: Veteran) -> dict[str, Any]:
    return {"certificates": list(veteran.certificates.values_list("kind", flat=True))}


def _certificate_details(certificate: Certificate) -> dict[str, Any]:
    return {f"{name}_{certificate.kind}": getattr(certificate, name) for name in CERTIFICATE_DETAILS}


def _wish_values(wish: Wish) -> dict[str, Any]:
    relations: dict[str, Any] = {"occupations": [], "regions": []}
    if wish.pk:
        relations = {"occupations": wish.occupations.all(), "regions": wish.regions.all()}
    return {**{name: getattr(wish, name) for name in WISH_FIELDS}, **relations}


def services_token(veteran: Veteran) -> str:
    """Return the token of the specialties for `set_services`; see `portal.core.seen_values`."""
    return seal(_services(veteran))


def certificates_token(veteran: Veteran) -> str:
    """Return the token of the kinds of certificates for `set_certificates`."""
    return seal(_certificates(veteran))


def certificate_details_token(veteran: Veteran) -> str:
    """Return the token of the details for `set_certificate_details`."""
    return " ".join(seal(_certificate_details(certificate)) for certificate in veteran.certificates.all())


def wish_token(wish: Wish) -> str:
    """Return the token of a wish, saved or not, for `set_wish`."""
    return seal(_wish_values(wish))


def log_refused_access(*, by: User, file_id: int) -> bool:
    """Log, visibly to the person, that `by` was refused a record; return False when there is none."""
    if not Veteran.objects.filter(pk=file_id).exists():
        return False
    log_access(actor=by, file_id=file_id, kind=AccessKind.REFUSED)
    return True


def log_refused_lookup(*, by: User, id_hash: str) -> bool:
    """Log a refused look-up by ID number; return False when no record has the number."""
    record_id = Veteran.objects.filter(id_hash=id_hash).values_list("pk", flat=True).first()
    return record_id is not None and log_refused_access(by=by, file_id=record_id)


@transaction.atomic
def reveal(*, veteran: Veteran, by: User, field: str, reason: str) -> str:
    """Return one sensitive field in plain text; the reason is logged visibly to the person.

    Raises:
        PermissionDenied: `by` is not staff of the record's station.
        ValidationError: no such field, or no reason.
    """
    if field not in REVEALABLE:
        raise ValidationError("没有这个字段。")
    if not serves(by, veteran):
        raise PermissionDenied("not staff of this record's station")
    if not reason.strip():
        raise ValidationError("请填写查看事由。")
    log_access(
        actor=by, file_id=veteran.pk, kind=AccessKind.REVEAL, field=REVEALABLE[field], reason=reason.strip()
    )
    return str(getattr(veteran, field) or "")
