"""What several audiences need to take in scanned papers and to hand them out."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse

from portal.core.papers import MAX_BYTES
from portal.veterans.enums import EvidenceKind
from portal.veterans.evidence import content_of
from portal.veterans.models import Evidence

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


class ScanForm(forms.Form):
    """One paper, as a photo or PDF."""

    file = forms.FileField(
        label="照片或 PDF",
        help_text="JPG、PNG 或 PDF，不超过 5 MB。",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_BYTES:
            raise forms.ValidationError("文件超过 5 MB，请拍小一点或压缩后再传。")
        return file


class EvidenceForm(ScanForm):
    """One paper of a veteran's file."""

    kind = forms.ChoiceField(label="类别", choices=EvidenceKind.choices)
    field_order = ["kind", "file"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text += "不要上传优待证、银行卡和人脸照片；证件上的部队番号请遮住再拍。"

    def values(self) -> dict[str, Any]:
        """What `veterans.evidence.add_evidence` takes."""
        kind = EvidenceKind(self.cleaned_data["kind"])
        return {"kind": kind, "content": self.cleaned_data["file"].read()}


def hand_out(piece: Evidence) -> HttpResponse:
    """A paper of a veteran's file."""
    return scan(content_of(piece), piece.media, f"evidence-{piece.pk}")


def scan(content: bytes, media: str, name: str) -> HttpResponse:
    """The paper itself: seen by the reader alone, run by nothing, kept by no cache."""
    answer = HttpResponse(content, content_type=media)
    answer["Content-Disposition"] = f'inline; filename="{name}.{_ENDINGS[media]}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    # A PDF may hold scripts; nothing in it runs or calls out.
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return answer
