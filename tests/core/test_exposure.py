"""Demo settings are served to this machine only; containers have the settings of a real installation."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.must("hold.10")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "portal.example", "127.0.0.1.example"])
def test_demo_is_refused_to_other_machines(host: str, settings: Any) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError) as refusal:
        call_command("serve", host=host, port=0, check=True)
    assert "PORTAL_PUBLIC_DEMO" in str(refusal.value)
    assert host in str(refusal.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.9.10"])
def test_demo_is_served_to_this_machine(host: str, settings: Any) -> None:
    settings.DEMO = True
    call_command("serve", host=host, port=0, check=True)


def test_the_explicit_word_or_real_settings_open_it(settings: Any) -> None:
    settings.DEMO, settings.PUBLIC_DEMO = True, True
    call_command("serve", host="0.0.0.0", port=0, check=True)
    settings.DEMO, settings.PUBLIC_DEMO = False, False
    call_command("serve", host="0.0.0.0", port=0, check=True)


def test_make_run_refuses_before_it_loads_anything(tmp_path: Path) -> None:
    answer = subprocess.run(
        ["make", "run", "HOST=0.0.0.0", f"PORTAL_DATA={tmp_path}/data"],
        cwd=ROOT,
        env={name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode != 0
    assert "PORTAL_PUBLIC_DEMO=yes" in answer.stderr
    assert not (tmp_path / "data/portal.sqlite3").exists()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_demo_answers_to_names_of_this_machine_only(tmp_path: Path) -> None:
    for word, hosts in (("", "localhost 127.0.0.1 [::1]"), ("yes", "*")):
        environment = {**os.environ, "PORTAL_DATA": str(tmp_path), "PORTAL_PUBLIC_DEMO": word or "no"}
        environment.pop("PORTAL_HOSTS", None)
        script = "from portal.settings import dev; print(*dev.ALLOWED_HOSTS)"
        answer = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert answer.stdout.strip() == hosts


def test_containers_have_real_settings_and_the_demo_stays_on_this_machine() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("ENV DJANGO_SETTINGS_MODULE=portal.settings.production") for line in lines)
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for name, service in services.items():
        environment = service.get("environment", {})
        if environment.get("DJANGO_SETTINGS_MODULE") == "portal.settings.dev":
            assert service["profiles"] == ["demo"], name
            assert all(str(port).startswith("127.0.0.1:") for port in service["ports"]), name
        else:
            assert "PORTAL_PUBLIC_DEMO" not in environment, name
