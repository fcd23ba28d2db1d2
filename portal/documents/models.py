"""Uploaded proofs of employers and veterans (证明材料), one row per stored file."""

from collections.abc import Iterable
from typing import Any

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.core.validators import validate_no_unit_name
from portal.documents.enums import KINDS_BY_OWNER, DocumentKind, DocumentState, OwnerType


def private_storage() -> Storage:
    """Return the encrypted storage that the settings choose."""
    return storages["private"]


class DocumentQuerySet(models.QuerySet["Document"]):
    def owned_by(
        self, owner_type: OwnerType, owner_ids: "Iterable[int] | models.QuerySet[Any, Any]"
    ) -> "DocumentQuerySet":
        """Select the documents of these owners; a subquery of their keys is fine."""
        return self.filter(owner_type=owner_type, owner_id__in=owner_ids)

    def current(self) -> "DocumentQuerySet":
        """Select documents that no later one of the same kind has replaced."""
        return self.filter(replaced_at=None)


class Document(models.Model):
    """A scanned document of an employer or a veteran, encrypted in the private storage.

    The owner's model belongs to an app above this one, so a row refers to it by type and key; that app checks
    permissions. `file` is empty once the content was deleted.
    """

    owner_type = models.CharField("归属类型", max_length=20, choices=OwnerType.choices)
    owner_id = models.PositiveBigIntegerField("归属编号")
    kind = models.CharField("类别", max_length=14, choices=DocumentKind.choices)
    file = models.FileField("存储名", storage=private_storage, max_length=32, blank=True)
    media_type = models.CharField("类型", max_length=40)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    state = models.CharField(
        "状态", max_length=8, choices=DocumentState.choices, default=DocumentState.WAITING
    )
    reason = models.CharField("原因", max_length=120, blank=True, validators=[validate_no_unit_name])
    judged_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    judged_at = models.DateTimeField("核对时间", null=True, blank=True)
    # Set when a newer document of the same kind replaces this one; only rows that a verification is
    # based on are kept.
    replaced_at = models.DateTimeField("更换时间", null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "证明材料"
        verbose_name_plural = "证明材料"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["owner_type", "owner_id"], name="document_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id", "kind"],
                condition=Q(owner_type=OwnerType.EMPLOYER, replaced_at=None),
                name="document_current_once_per_employer",
            ),
            models.UniqueConstraint(
                fields=["owner_id", "sha256"],
                condition=Q(owner_type=OwnerType.VETERAN),
                name="document_content_once_per_veteran",
            ),
            models.UniqueConstraint(fields=["file"], condition=~Q(file=""), name="document_file_once"),
            models.CheckConstraint(
                condition=Q(owner_type=OwnerType.EMPLOYER, kind__in=KINDS_BY_OWNER[OwnerType.EMPLOYER])
                | Q(
                    owner_type=OwnerType.VETERAN,
                    kind__in=KINDS_BY_OWNER[OwnerType.VETERAN],
                    replaced_at=None,
                ),
                name="document_kind_fits_owner",
            ),
            models.CheckConstraint(
                condition=~Q(state=DocumentState.REFUSED) | ~Q(reason=""), name="document_refused_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state=DocumentState.WAITING, judged_at=None, judged_by=None)
                | (~Q(state=DocumentState.WAITING) & Q(judged_at__isnull=False, judged_by__isnull=False)),
                name="document_judged_has_reviewer",
            ),
        ]
