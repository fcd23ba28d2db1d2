"""Every URL name that a template of ours mentions exists: a menu that leads nowhere is found here."""

import re
from pathlib import Path

from django.conf import settings
from django.urls import get_resolver

URL_NAME_PATTERN = re.compile(r"""{%\s*(?:url|nav_link)\s+["']([a-z]+):([a-z-]+)["']""")


def test_every_url_name_in_our_templates_exists() -> None:
    templates = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    url_names = {
        (match, page.name) for page in templates for match in URL_NAME_PATTERN.findall(page.read_text())
    }
    assert url_names
    rooms = get_resolver().namespace_dict
    unknown = [
        f"{room}:{name} in {page}"
        for (room, name), page in sorted(url_names)
        if room not in rooms or name not in rooms[room][1].reverse_dict
    ]
    assert unknown == []
