"""docs/contributing.md: each named change has one file; three of them are made in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.source import ROOT, files

pytestmark = pytest.mark.must("house.4")

ROW = re.compile(r"^\| ([^|]+) \| `([^`]+)` \| `([^`]+)` \| (yes|no) \|$", re.MULTILINE)
CHANGES = ROW.findall((ROOT / "docs/contributing.md").read_text(encoding="utf-8"))


def test_at_least_25_changes_are_answered_with_one_file_each() -> None:
    assert len(CHANGES) >= 25
    assert len({change for change, *_ in CHANGES}) == len(CHANGES)
    assert sum(migration == "yes" for *_, migration in CHANGES) == 2


@pytest.mark.parametrize(("change", "file", "registration"), [row[:3] for row in CHANGES])
def test_the_file_holds_what_is_registered(change: str, file: str, registration: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert registration in text, f"{change}: {file} has no {registration}"


@pytest.mark.parametrize(
    ("file", "registration"),
    sorted({row[1:3] for row in CHANGES if row[1].endswith(".py") and row[2].isupper()}),
)
def test_the_registry_is_defined_in_this_file_alone(file: str, registration: str) -> None:
    package = "/".join(Path(file).parts[:2])
    definition = re.compile(rf"^{registration}\s*(:[^=\n]+)?=", re.MULTILINE)
    defining = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix == ".py"
        and str(path.relative_to(ROOT)).startswith(package)
        and definition.search(path.read_text(encoding="utf-8"))
    ]
    assert defining == [file]


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """Copy the tracked files of the project into a folder of their own, as a checkout."""
    for path in files():
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def run(copy: Path, *command: str) -> str:
    """Run a Python command in the copy and return its output; fail with it when the command fails."""
    environment = {
        **{
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PYTEST_", "PORTAL_", "COV"))
        },
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    result = subprocess.run(
        [sys.executable, *command], cwd=copy, check=False, capture_output=True, text=True, env=environment
    )
    assert result.returncode == 0, (result.stdout + result.stderr)[-4_000:]
    return result.stdout


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before, f"nothing to change in {path.name}"
    path.write_text(after, encoding="utf-8")


def changed_files(copy: Path) -> list[str]:
    """Return the files that differ from the project, migrations left out."""
    output = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=copy, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    names = [line[3:] for line in output.splitlines() if line[1] != " "]
    return [name for name in names if "/migrations/" not in name and not name.startswith(".pytest_cache")]


def replace_once(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} holds {text.count(old)} times: {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def run_tests(copy: Path, *paths: str) -> None:
    run(copy, "-m", "pytest", "-q", "-p", "no:randomly", "-m", "not browser and not slow", *paths)


NATURE_FACET = """\
        ChoiceFacet(
            Facet.NATURE,
            "单位性质",
            _choices(Nature),
            position=lambda row: row.employer.nature,
            employer=lambda row: row.nature,
            parameter="nature",
            display_order={place},
            widening_order={place},
        ),
"""


@pytest.mark.slow
def test_search_facet_is_one_file(project_copy: Path) -> None:
    facets = project_copy / "search/facets.py"
    replace_once(facets, '    SIZE = "size"\n', '    SIZE = "size"\n    NATURE = "nature"\n')
    replace_once(
        facets,
        "from portal.employers.enums import Industry, SizeBand\n",
        "from portal.employers.enums import Industry, Nature, SizeBand\n",
    )
    count = len(re.findall(r'parameter="', facets.read_text(encoding="utf-8")))
    last = "            most_frequent_first=True,\n        ),\n"
    replace_once(facets, f"{last}    )\n}}\n", last + NATURE_FACET.format(place=count + 1) + "    )\n}\n")
    assert changed_files(project_copy) == ["search/facets.py"]
    probe = project_copy / "tests/search/test_new_facet.py"
    probe.write_text(NEW_FACET, encoding="utf-8")
    run_tests(project_copy, "tests/search/test_facets.py", "tests/search/test_new_facet.py")
    run_tests(project_copy, "tests/search/test_contract_filters.py", "tests/web/public/test_search_pages.py")


# A position of one nature is found by the new filter and counted; one of another nature is not.
NEW_FACET = """
import pytest
from django.test import Client
from django.urls import reverse

from search.facets import Facet, Kind
from search.indexing import rebuild
from tests.factories import make_employer, make_position


@pytest.mark.django_db
def test_page_filters_by_the_new_facet(client: Client) -> None:
    for nature, title in (("private", "货车司机"), ("state", "客车司机")):
        make_position(employer=make_employer(nature=nature), title=title)
    rebuild()
    page = client.get(reverse("public:positions"), {"nature": "private"}).content.decode()
    assert "单位性质" in page
    assert "货车司机" in page
    assert "客车司机" not in page
"""


@pytest.mark.slow
def test_retention_milestone_is_one_file_and_a_migration(project_copy: Path) -> None:
    table = project_copy / "portal/placements/milestones.py"
    last = "    Milestone(months=12, days=365, is_headline=True),\n"
    replace_once(table, last, last + "    Milestone(months=24, days=730),\n")
    run(project_copy, "manage.py", "makemigrations")
    assert changed_files(project_copy) == ["portal/placements/milestones.py"]
    run(project_copy, "manage.py", "lint_migrations")
    probe = project_copy / "tests/placements/test_new_milestone.py"
    probe.write_text(NEW_MILESTONE, encoding="utf-8")
    # Tests that list today's four milestones by hand are left out; all others hold for five.
    run_tests(project_copy, "tests/placements/test_new_milestone.py", "tests/placements/test_headcount.py")
    run_tests(
        project_copy,
        "tests/follow_ups",
        "tests/reports/test_figures.py",
    )


NEW_MILESTONE = """
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.placements import actions
from portal.placements.models import Placement
from portal.reports.figures import FIGURES
from tests.factories import make_position, make_staff, make_stations, make_veteran


@pytest.mark.django_db
def test_two_years_in_the_job_can_be_recorded() -> None:
    station = make_stations()["睦洲镇"]
    clerk = make_staff(station)
    placement = actions.declare(veteran=make_veteran(station=station), position=make_position(), by=clerk)
    first_day = timezone.localdate() - timedelta(days=740)
    for step in ("offer", "onboard"):
        placement = actions.advance(placement=placement, step=step, by=clerk, on=first_day)
    placement = actions.advance(placement=placement, step="retain_24m", by=clerk)
    assert Placement.objects.get().state == "retained_24m"
    assert Placement.objects.get().get_state_display() == "在岗满24个月"
    assert "stage.retained_24m" in FIGURES
"""


@pytest.mark.slow
def test_role_is_one_file_and_a_migration(project_copy: Path) -> None:
    roles = project_copy / "portal/accounts/roles.py"
    editor = '    EDITOR = "editor", "内容编辑"\n'
    replace_once(roles, editor, editor + '    TRAINER = "trainer", "培训管理员"\n')
    replace_once(
        roles,
        "ROLES: dict[StationRole, Role] = {\n",
        "ROLES: dict[StationRole, Role] = {\n"
        '    StationRole.TRAINER: Role("管理培训班次，不接触个人档案。", frozenset()),\n',
    )
    run(project_copy, "manage.py", "makemigrations")
    assert changed_files(project_copy) == ["portal/accounts/roles.py"]
    run(project_copy, "manage.py", "lint_migrations")
    run_tests(project_copy, "tests/accounts", "tests/web/staff/network", "tests/house/test_permissions.py")
