"""Words about state and work secrets that stand beside every upload and every note."""

from django import forms

from portal.core.validators import validate_no_unit_name

SECRECY_WORDS = "严禁处理国家秘密、工作秘密。"
# A guarded text field of at least this length is a note; a shorter one is a name or a title.
_NOTE_LENGTH = 100


def takes_secrets(field: forms.Field) -> bool:
    """Return whether people could put a secret into this field: an upload, a paragraph or a note."""
    if isinstance(field, forms.FileField) or isinstance(field.widget, forms.Textarea):
        return True
    if not isinstance(field, forms.CharField) or validate_no_unit_name not in field.validators:
        return False
    return field.max_length is None or field.max_length >= _NOTE_LENGTH
