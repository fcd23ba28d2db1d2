from django.db import models


class OwnerType(models.TextChoices):
    """Stored label of the model that a document belongs to (see `portal.core.stored_names`)."""

    EMPLOYER = "employers.Employer", "用人单位"
    VETERAN = "veterans.Veteran", "退役军人"


class DocumentKind(models.TextChoices):
    """Kind of document (材料类别): first those of an employer, then those of a veteran."""

    LICENCE = "licence", "营业执照"
    RECRUITMENT_BROCHURE = "notice", "招用人员简章"
    AGENT_ID = "agent_id", "经办人身份证明"
    AUTHORISATION = "authorisation", "授权委托书"
    PERMIT = "permit", "人力资源服务许可证"

    DISCHARGE = "discharge", "退役证件"
    CERTIFICATE = "certificate", "驾驶证、职业证书"
    EDUCATION = "education", "学历证书"
    OTHER = "other", "其他证明"


class DocumentState(models.TextChoices):
    """Result of the staff's review."""

    WAITING = "waiting", "待核对"
    CHECKED = "checked", "已核对"
    REFUSED = "refused", "不通过"


KINDS_BY_OWNER = {
    OwnerType.EMPLOYER: (
        DocumentKind.LICENCE,
        DocumentKind.RECRUITMENT_BROCHURE,
        DocumentKind.AGENT_ID,
        DocumentKind.AUTHORISATION,
        DocumentKind.PERMIT,
    ),
    OwnerType.VETERAN: (
        DocumentKind.DISCHARGE,
        DocumentKind.CERTIFICATE,
        DocumentKind.EDUCATION,
        DocumentKind.OTHER,
    ),
}


def kind_choices(owner_type: OwnerType) -> list[tuple[str, str]]:
    """Return the choices of a form or field for the documents of one type of owner."""
    return [(kind.value, str(kind.label)) for kind in KINDS_BY_OWNER[owner_type]]
