"""Files as a sheet that leaves the portal: a right of its own, logged with its filter and row count, marked
with who took it.
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

# More in one sheet takes longer than a page may; a filter by county or town brings each below it.
MOST = 20_000
HEADERS = (
    "档案编号", "姓名", "性别", "出生日期", "身份证号", "手机号码", "责任服务站", "现居住地", "军种",
    "军事专业", "入伍日期", "退役日期", "军衔层级", "安置方式",
    "最高学历", "所学专业", "证书", "技能特长", "就业状况",
)  # fmt: skip


def exportable(rows: VeteranQuerySet, user: User) -> VeteranQuerySet:
    """Those of the rows that lie below a station where the user's post may export."""
    return rows.visible_to(user).filter(in_subtrees("station", user.station_paths(Permission.EXPORT_DATA)))


@transaction.atomic
def export(*, by: User, rows: VeteranQuerySet, said: str, phones: bool, reason: str) -> bytes:
    """An xlsx of files, the newest first. `said` is the filter in words; phones are masked unless asked for.

    The ID number can't be in it (it is not kept); neither are address, difficulty and disability.

    Raises:
        PermissionDenied: no post of `by` may export.
        ValidationError: no reason, nobody found, or too many at once.
    """
    if not can_export(by):
        raise PermissionDenied("no post that exports")
    if not reason.strip():
        raise ValidationError({"reason": "请填写导出用途。"})
    ids = list(exportable(rows, by).values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        raise ValidationError("没有符合条件的人，请调整条件。", code="empty")
    if len(ids) > MOST:
        raise ValidationError(f"一次最多导出 {MOST} 人，请按服务站或就业状况缩小范围。", code="too_many")
    event = audit.record(
        by=by,
        verb="veterans.exported",
        target=by,
        filter=said,
        rows=len(ids),
        phones=phones,
        reason=reason.strip(),
    )
    what = "导出名单（含手机号码）" if phones else "导出名单"
    log_accesses(actor=by, file_ids=ids, kind=AccessKind.VIEW, reason=f"{what}：{reason.strip()}"[:120])
    now = timezone.localtime()
    mark = (
        f"仅限工作使用，请勿外传。导出人：{by}；时间：{now:%Y-%m-%d %H:%M}；条件：{said}；"
        f"人数：{len(ids)}；用途：{reason.strip()}；编号：{event.pk}"
    )
    return write_rows(_rows(ids, phones=phones), title="退役军人名单", headers=HEADERS, above=[mark])


def _rows(ids: Sequence[int], *, phones: bool, chunk: int = 1000) -> Iterator[Sequence[Any]]:
    for start in range(0, len(ids), chunk):
        part = ids[start : start + chunk]
        found = (
            Veteran.objects.filter(pk__in=part)
            .select_related("station", "living_region")
            .prefetch_related("services__specialty", "certificates")
            .in_bulk()
        )
        for pk in part:
            if pk in found:
                yield _row(found[pk], phones=phones)


def _row(file: Veteran, *, phones: bool) -> Sequence[Any]:
    phone = file.phone if phones or not file.phone else mask_phone(file.phone)
    return (
        file.pk,
        file.name,
        file.get_sex_display(),
        file.birth_date,
        file.masked_id,
        phone,
        file.station.name,
        file.living_region.name if file.living_region else "",
        file.get_branch_display(),
        "、".join(f"{row.specialty.name}{row.years}年" for row in file.services.all()),
        file.entered_on,
        file.left_on,
        file.get_rank_group_display(),
        file.get_settlement_display(),
        file.get_education_display(),
        file.major,
        "、".join(str(CertificateKind(row.kind).label) for row in file.certificates.all()),
        file.skills,
        file.get_employment_status_display(),
    )
