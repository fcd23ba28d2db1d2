"""Export of records as an Excel workbook, with a permission of its own.

Each export is audited with its filter and row count, logged for every person in it, and marked with the user.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.actions import log_accesses
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core import audit
from portal.core.certificates import CertificateKind
from portal.core.encryption import mask_phone
from portal.imports.workbook_writer import write_rows
from portal.stations.models import in_subtrees
from portal.veterans.models import Veteran, VeteranQuerySet
from portal.veterans.permissions import can_export

# More takes longer than a page may; a filter by county or town stays below.
MAX_ROWS = 20_000
HEADERS = (
    "档案编号", "姓名", "性别", "出生日期", "身份证号", "手机号码", "责任服务站", "现居住地", "军种",
    "军事专业", "入伍日期", "退役日期", "军衔层级", "安置方式",
    "最高学历", "所学专业", "证书", "技能特长", "就业状况",
)  # fmt: skip


def filter_exportable(rows: VeteranQuerySet, user: User) -> VeteranQuerySet:
    """Return those of `rows` that are in stations where the user has the permission to export."""
    return rows.visible_to(user).filter(in_subtrees("station", user.station_paths(Permission.EXPORT_DATA)))


@transaction.atomic
def export_records(*, by: User, rows: VeteranQuerySet, filter_text: str, phones: bool, reason: str) -> bytes:
    """Return records as an xlsx file, the newest first, without address, difficulty and disability.

    Args:
        filter_text: the filter in words, written to the audit log and the first line of the file.
        phones: whether phone numbers are written in full; they are masked otherwise.

    Raises:
        PermissionDenied: no appointment of `by` may export.
        ValidationError: no reason, no rows, or more than MAX_ROWS.
    """
    if not can_export(by):
        raise PermissionDenied("no permission to export")
    if not reason.strip():
        raise ValidationError({"reason": "请填写导出用途。"})
    ids = list(filter_exportable(rows, by).values_list("pk", flat=True)[: MAX_ROWS + 1])
    if not ids:
        raise ValidationError("没有符合条件的人，请调整条件。", code="empty")
    if len(ids) > MAX_ROWS:
        raise ValidationError(f"一次最多导出 {MAX_ROWS} 人，请按服务站或就业状况缩小范围。", code="too_many")
    event = audit.record(
        by=by,
        verb="veterans.exported",
        target=by,
        filter=filter_text,
        rows=len(ids),
        phones=phones,
        reason=reason.strip(),
    )
    action = "导出名单（含手机号码）" if phones else "导出名单"
    log_accesses(actor=by, file_ids=ids, kind=AccessKind.VIEW, reason=f"{action}：{reason.strip()}"[:120])
    now = timezone.localtime()
    mark = (
        f"仅限工作使用，请勿外传。导出人：{by}；时间：{now:%Y-%m-%d %H:%M}；条件：{filter_text}；"
        f"人数：{len(ids)}；用途：{reason.strip()}；编号：{event.pk}"
    )
    return write_rows(_rows(ids, phones=phones), title="退役军人名单", headers=HEADERS, above=[mark])


@transaction.atomic
def log_api_page(*, by: User, rows: Sequence[Veteran], filter_text: str, reason: str) -> None:
    """Audit a page of records that a program reads by the API, and log it for every person in it.

    Raises:
        PermissionDenied: no appointment of `by` may export.
        ValidationError: no reason, or one that names a unit.
    """
    if not can_export(by):
        raise PermissionDenied("no permission to export")
    if not reason.strip():
        raise ValidationError({"purpose": "请写明用途，会记入日志，名单上的人自己也能看到。"})
    audit.record(
        by=by,
        verb="veterans.exported",
        target=by,
        filter=f"接口：{filter_text}",
        rows=len(rows),
        phones=False,
        reason=reason.strip(),
    )
    ids = [row.pk for row in rows]
    log_accesses(actor=by, file_ids=ids, kind=AccessKind.VIEW, reason=f"接口取名单：{reason.strip()}"[:120])


def _rows(ids: Sequence[int], *, phones: bool, chunk: int = 1000) -> Iterator[Sequence[Any]]:
    for start in range(0, len(ids), chunk):
        batch = ids[start : start + chunk]
        records = (
            Veteran.objects.filter(pk__in=batch)
            .select_related("station", "living_region")
            .prefetch_related("services__specialty", "certificates")
            .in_bulk()
        )
        for pk in batch:
            if pk in records:
                yield _row(records[pk], phones=phones)


def _row(veteran: Veteran, *, phones: bool) -> Sequence[Any]:
    phone = veteran.phone if phones or not veteran.phone else mask_phone(veteran.phone)
    return (
        veteran.pk,
        veteran.name,
        veteran.get_sex_display(),
        veteran.birth_date,
        veteran.masked_id,
        phone,
        veteran.station.name,
        veteran.living_region.name if veteran.living_region else "",
        veteran.get_branch_display(),
        "、".join(f"{row.specialty.name}{row.years}年" for row in veteran.services.all()),
        veteran.entered_on,
        veteran.left_on,
        veteran.get_rank_group_display(),
        veteran.get_settlement_display(),
        veteran.get_education_display(),
        veteran.major,
        "、".join(str(CertificateKind(row.kind).label) for row in veteran.certificates.all()),
        veteran.skills,
        veteran.get_employment_status_display(),
    )
