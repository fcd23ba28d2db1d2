"""Documents against the code: what is generated is current, what is named exists."""

import re

import pytest

from tests.house.generated_docs import GENERATED, event_modules, listeners_of, signals_of
from tests.house.source import ROOT, files

pytestmark = pytest.mark.must("house.5")

PAGES = (
    "architecture", "glossary", "domain", "contributing", "testing", "environment", "troubleshooting",
    "data_classification", "migrations", "events", "permissions",
)  # fmt: skip


@pytest.mark.parametrize("name", GENERATED)
def test_generated_page_is_current(name: str) -> None:
    committed = (ROOT / name).read_text(encoding="utf-8")
    assert committed == GENERATED[name](), "stale: python -m tests.house.generated_docs"


def test_every_event_is_described_and_has_a_listener() -> None:
    for module in event_modules():
        for signal, meaning in signals_of(module).items():
            assert meaning, f"{module.__name__}.{signal} has no comment above it"
            assert listeners_of(module, signal), f"{module.__name__}.{signal} has no listener: delete it"


def test_every_page_is_there_and_the_readme_leads_to_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert (ROOT / f"docs/{page}.md").exists(), page
        assert f"docs/{page}.md" in readme, page


def test_paths_named_in_documents_exist() -> None:
    """Every `path/with.ext` in backticks, and every relative link, leads to a tracked file or folder."""
    tracked = {str(path.relative_to(ROOT)) for path in files()}
    folders = {str(parent) for name in tracked for parent in (ROOT / name).relative_to(ROOT).parents}
    roots = ("portal/", "cms/", "search/", "matching/", "templates/", "tests/", "docs/", ".ci/")
    missing = []
    for path in files():
        if path.suffix != ".md":
            continue
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"`([\w./-]+)`", text):
            if name.startswith(roots) and name.rstrip("/") not in tracked | folders:
                missing.append(f"{path.relative_to(ROOT)}: {name}")
        for link in re.findall(r"\]\((?!http|#)([^)#]+)", text):
            target = (path.parent / link).resolve()
            if not target.exists():
                missing.append(f"{path.relative_to(ROOT)}: {link}")
    assert not missing, "\n".join(missing)


def test_decisions_have_their_four_parts() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert len(decisions) >= 12
    assert [path.name[:4] for path in decisions] == [f"{i:04d}" for i in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        for part in ("Context", "Decision", "Alternatives", "Consequences"):
            assert re.search(rf"^## {part}\n\n\S", text, re.MULTILINE), f"{path.name}: {part}"
