"""Details of an audit event in Chinese; codes are replaced by the labels of the forms."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model

from portal.accounts.enums import ConsentPurpose
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.core.stored_names import model_by_stored_label
from portal.documents.enums import DocumentKind
from portal.employers.enums import EmployerRole
from portal.web.shared.record_sections import STAFF_SECTIONS
from portal.web.staff.audit.verb_labels import DETAILS

_LABELS = {
    "purpose": dict(ConsentPurpose.choices),
    "kind": dict(DocumentKind.choices),
    "role": dict(StationRole.choices) | dict(EmployerRole.choices),
    "role_before": dict(EmployerRole.choices),
    "section": {slug: title for slug, (title, _) in STAFF_SECTIONS.items()},
}
_STATE_KEYS = {"after", "before", "state"}  # hold values of the target model's field `state`


def describe_details(event: AuditEvent) -> str:
    """Return '部分：基本信息；字段：住址、手机号码'; empty values are left out."""
    model = _model(event.target_type)
    items = ((key, value) for key, value in event.data.items() if value not in ("", [], {}, None))
    return "；".join(f"{DETAILS.get(key, key)}：{_text(key, value, model)}" for key, value in items)


def _model(label: str) -> type[Model] | None:
    """Return the model of a target; None for the portal itself or a removed model."""
    return model_by_stored_label(label)


def _field(model: type[Model] | None, name: str) -> "Field[Any, Any] | None":
    if model is None:
        return None
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) else None


def _text(key: str, value: Any, model: type[Model] | None) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_item(key, item, model) for item in value)
    if isinstance(value, dict):
        return "、".join(f"{DETAILS.get(name, name)}={item}" for name, item in value.items())
    return _item(key, value, model)


def _item(key: str, value: Any, model: type[Model] | None) -> str:
    if key == "fields":
        field = _field(model, str(value))
        return str(field.verbose_name) if field is not None else str(value)
    labels = _LABELS.get(key, {})
    if key in _STATE_KEYS and (field := _field(model, "state")) is not None:
        labels = dict(field.flatchoices)
    return str(labels.get(value, value))
