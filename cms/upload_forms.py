"""Forms of the editors for pictures and documents."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from cms.forms import NoUnitNamesMixin
from cms.uploads import MAX_FILE_BYTES, PictureField, check_file
from portal.core.secrecy import SECRECY_WORDS

_PICTURE_HELP = "JPG、PNG、HEIC 或 WebP，不超过 20 MB，会自动缩小并去掉拍摄地点。"
_FILE_HELP = "PDF、Word、Excel、PPT、WPS 或 OFD，不超过 20 MB。"


class ImageForm(NoUnitNamesMixin, BaseImageForm):
    """Form of a picture, which is drawn anew, and of its title and description."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            field = self.fields["file"]
            field.widget.attrs["accept"] = "image/jpeg,image/png,image/webp,image/heic,image/heif"
            self.fields["file"] = PictureField(
                label=field.label,
                required=field.required,
                initial=field.initial,
                widget=field.widget,
                help_text=f"{_PICTURE_HELP} {SECRECY_WORDS}",
            )


class DocumentForm(NoUnitNamesMixin, BaseDocumentForm):
    """Form of a file of an allowed type, and of its title."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"].help_text = f"{_FILE_HELP} {SECRECY_WORDS}"

    def clean_file(self) -> Any:
        """Return the file if its content is what its extension says.

        Raises:
            ValidationError: another type, too large, or with macros.
        """
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            check_file(file.name or "", file.read(MAX_FILE_BYTES + 1))
            file.seek(0)
        return file
