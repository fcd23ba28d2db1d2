"""Forms of the editors for pictures and documents."""

from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from cms.forms import NoUnitNamesMixin


class ImageForm(NoUnitNamesMixin, BaseImageForm):
    """Form of a picture's title and description."""


class DocumentForm(NoUnitNamesMixin, BaseDocumentForm):
    """Form of a document's title."""
