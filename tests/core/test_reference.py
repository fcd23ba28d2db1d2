"""Code tables come from the reference files, and loading them again changes nothing."""

import csv

import pytest
from django.conf import settings

from portal.core.certificates import CertificateKind
from portal.core.models import Occupation, Region, Specialty
from portal.core.reference import load_reference
from portal.imports.cell_parsing import find_certificate

pytestmark = pytest.mark.django_db


def test_loading_twice_changes_nothing_and_keeps_coordinates() -> None:
    first = load_reference()
    Region.objects.filter(code="440705").update(latitude=22.46, longitude=113.03)
    assert load_reference() == first
    assert Region.objects.get(code="440705").location == (22.46, 113.03)
    assert Region.objects.get(code="440705").parent_id == "4407"
    assert Occupation.objects.filter(level=4).count() == 1632  # the file repeats two of its 1,634 rows
    assert Specialty.objects.count() >= 60


def test_certificates_are_the_same_in_database_and_ranking() -> None:
    with (settings.REFERENCE_DIR / "certificates.csv").open(encoding="utf-8") as file:
        rows = {row["code"]: row["label"] for row in csv.DictReader(file)}
    assert rows == {kind.value: kind.label for kind in CertificateKind}


def test_certificates_cover_and_import_words_name_known_kinds() -> None:
    with (settings.REFERENCE_DIR / "certificates.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    implied_codes = {code for row in rows for code in row["implies"].split("|") if code}
    assert implied_codes <= set(CertificateKind.values)
    words = [word for row in rows for word in row["import_words"].split("|") if word]
    assert len(words) == len(set(words))  # a word means one certificate
    assert not set(words) & {kind.label for kind in CertificateKind}
    assert {find_certificate(word) for word in ("叉车", "厨师证", "a2驾照")} == {
        "forklift_n1",
        "chef",
        "driving_a2",
    }
