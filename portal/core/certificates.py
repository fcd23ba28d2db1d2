"""Kinds of certificates (证书) that positions require and veterans hold, read from one data file.

`matching/data/certificates.csv` is the only place where a kind is defined: its stored code, its Chinese
label, the certificates it covers (read by the ranking) and other words for it in an Excel cell. New kinds go
to the end of the file: the ranking and the search number them by their row.
"""

import csv
from pathlib import Path

from django.conf import settings
from django.db import models


def _read_rows() -> list[dict[str, str]]:
    with (Path(settings.REFERENCE_DIR) / "certificates.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


_ROWS = _read_rows()


class CertificateKind(models.TextChoices):
    """Stored code and Chinese label of each kind, in the order of the file; DRIVING_A2 is 'driving_a2'."""

    _ignore_ = ["_row"]
    for _row in _ROWS:
        vars()[_row["code"].upper()] = _row["code"], _row["label"]


IMPORT_WORDS: dict[str, str] = {
    word: row["code"] for row in _ROWS for word in row["import_words"].split("|") if word
}
"""Other words for a certificate in an Excel cell -> code."""
