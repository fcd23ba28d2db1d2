"""Tokens of the values that a page showed, so that nobody overwrites or approves what they have not seen.

A form carries the token of the values it was filled with. The action compares it, under the row's lock, with
the row as it is then: what only one side changed is merged field by field, what both changed is refused.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet

from portal.core.encryption import EncryptedTextField

STALE = "stale"  # code of the refusals
_DIGITS = 12
_SHOWN_LENGTH = 40


def _plain(value: Any) -> str:
    """Return a value as text; the same for a row and its key, and for the kinds of emptiness."""
    if value is None or value == "":
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, bool | date):
        return str(value)
    if isinstance(value, int | float | Decimal):
        return format(Decimal(str(value)).normalize(), "f")
    if isinstance(value, QuerySet | list | tuple | set | frozenset):
        return "[" + ",".join(sorted(_plain(item) for item in value)) + "]"
    return str(value)


def _digest(name: str, value: Any) -> str:
    # Keyed: a hidden text does not leak to whoever reads the page's source.
    content = f"seen:{name}:{_plain(value)}"
    return hmac.new(settings.LOOKUP_HASH_KEY.encode(), content.encode(), hashlib.sha256).hexdigest()[:_DIGITS]


def seal(values: Mapping[str, Any]) -> str:
    """Return the token of these values by field name."""
    return " ".join(f"{name}:{_digest(name, value)}" for name, value in sorted(values.items()))


def seal_fields(instance: Model, names: Iterable[str]) -> str:
    """Return the token of these fields of a row; of a relation the key counts."""
    return seal({name: _stored_value(instance, name) for name in names})


def _stored_value(instance: Model, name: str) -> Any:
    field = instance._meta.get_field(name)
    assert isinstance(field, Field)
    return getattr(instance, field.attname)


def _parse(token: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in token.split())
    return {name: digest for name, _, digest in pairs if digest}


def merge_changes(
    token: str,
    values: Mapping[str, Any],
    current: Mapping[str, Any],
    *,
    texts: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return those of `values` to be written: the author changed them, and nobody else did since.

    Args:
        token: `seal` of what the author saw; fields it does not name are written as given.
        values: what the author submitted.
        current: the stored values, read under a lock.
        texts: those of stored values that a refusal may name.

    Raises:
        ValidationError: by field, code STALE: both the author and somebody else changed it.
    """
    digests, changes, conflicts = _parse(token), {}, {}
    for name, value in values.items():
        own, base, theirs = _digest(name, value), digests.get(name), _digest(name, current[name])
        if base is None or theirs == base != own:
            changes[name] = value
        elif own not in {base, theirs}:
            now = (texts or {}).get(name, "")
            text = f"，现在是“{now}”" if now else ""
            conflicts[name] = ValidationError(
                f"您打开页面后，别人改过这一项{text}。请核对，确认无误再提交。", code=STALE
            )
    if conflicts:
        raise ValidationError(conflicts)
    return changes


def merge_fields(token: str, instance: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `merge_changes` of fields of a locked row; the texts of encrypted fields are not shown."""
    current = {name: _stored_value(instance, name) for name in values}
    texts = {} if not token else {name: _display_text(instance, name) for name in values}
    return merge_changes(token, values, current, texts=texts)


def _display_text(instance: Model, name: str) -> str:
    field = instance._meta.get_field(name)
    assert isinstance(field, Field)
    if isinstance(field, EncryptedTextField):
        return ""
    if field.flatchoices:
        text = str(dict(field.flatchoices).get(getattr(instance, field.attname), ""))
    elif isinstance(value := getattr(instance, name), list):
        text = "、".join(str(item) for item in value)
    else:
        text = "" if value is None else str(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def seal_whole(instance: Model, names: Iterable[str]) -> str:
    """Return a short token of these fields together, for a decision about all of them."""
    return _digest("", seal_fields(instance, names))


def require_unchanged(token: str, instance: Model, names: Iterable[str], message: str) -> None:
    """Check that a locked row still has the values that a decision is based on; an empty token passes.

    Args:
        token: `seal_whole` of what the author of the decision saw.

    Raises:
        ValidationError: code STALE, with `message`.
    """
    if token and token != seal_whole(instance, names):
        raise ValidationError(message, code=STALE)
