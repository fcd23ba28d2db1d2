"""Upload form of documents, and the response that shows one."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse

from portal.documents.enums import DocumentKind, OwnerType, kind_choices
from portal.documents.upload_validation import MAX_BYTES

_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


class UploadForm(forms.Form):
    """One document, as a photo or PDF."""

    file = forms.FileField(
        label="照片或 PDF",
        help_text="手机照片（JPG、PNG、HEIC、WebP，不超过 20 MB，会自动缩小）或 PDF（不超过 5 MB）。",
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf"}
        ),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_BYTES:
            raise forms.ValidationError("文件超过 20 MB，请拍小一点或压缩后再传。")
        return file


class VeteranDocumentForm(UploadForm):
    """One document of a veteran's record."""

    kind = forms.ChoiceField(label="类别", choices=kind_choices(OwnerType.VETERAN))
    field_order = ["kind", "file"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text += "不要上传优待证、银行卡和人脸照片；证件上的部队番号请遮住再拍。"

    def values(self) -> dict[str, Any]:
        """Return arguments of `veteran_documents.add_document`."""
        kind = DocumentKind(self.cleaned_data["kind"])
        return {"kind": kind, "content": self.cleaned_data["file"].read()}


def document_response(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Return a document's content as a response that no cache stores and no script runs in."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'inline; filename="{name}.{_EXTENSIONS[media_type]}"'
    response["X-Content-Type-Options"] = "nosniff"
    # A PDF may hold scripts; nothing in it runs or calls out.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return response
