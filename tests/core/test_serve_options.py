"""Options, refusals and announcement of the command `serve`."""

import io
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from portal.core.management.commands import serve
from portal.core.supervisor import STOP_SIGNALS, RestartLimitError, serve_web


class Supervised:
    """Record of a supervisor that starts nothing."""

    def __init__(self) -> None:
        self.children: list[Any] = []
        self.stop = Event()
        self.each_round: Callable[[], None] = lambda: None
        self.handlers: dict[int, Any] = {}
        self.is_preloaded = False

    def supervise(self, children: list[Any], stop: Event, *, each_round: Callable[[], None]) -> None:
        assert self.is_preloaded, "each process would load the application again"
        self.children, self.stop, self.each_round = children, stop, each_round

    def preload(self) -> None:
        self.is_preloaded = True


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Supervised:
    record = Supervised()
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(serve, "port_problem", lambda host, port: "")
    monkeypatch.setattr(serve, "preload_application", record.preload)
    monkeypatch.setattr(serve, "supervise", record.supervise)
    monkeypatch.setattr(signal, "signal", record.handlers.__setitem__)
    return record


def test_port_is_8000_of_this_machine_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "port_problem", lambda host, port: "in use")
    with pytest.raises(CommandError, match=r"port 8000 of 127\.0\.0\.1 cannot be used: in use"):
        call_command("serve")


def test_web_server_and_worker_are_started_with_two_processes_of_four_threads(supervised: Supervised) -> None:
    call_command("serve")
    web, worker = supervised.children
    assert (web.name, worker.name) == ("web server", "worker")
    assert isinstance(web.run, partial)
    assert (web.run.func, web.run.args) == (serve_web, ("127.0.0.1", 8000, 2, 4))
    assert worker.run is serve.run_background


def test_options_reach_the_web_server(supervised: Supervised) -> None:
    call_command("serve", "--host=127.0.0.2", "--port=8123", "--workers=3", "--threads=1")
    assert supervised.children[0].run.args == ("127.0.0.2", 8123, 3, 1)


def test_check_starts_nothing(supervised: Supervised) -> None:
    call_command("serve", "--check")
    assert not supervised.children
    assert not supervised.is_preloaded


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_signal_to_end_stops_the_supervisor(supervised: Supervised, number: int) -> None:
    call_command("serve")
    assert not supervised.stop.is_set()
    supervised.handlers[number](number, None)
    assert supervised.stop.is_set()


def test_data_folder_is_closed_to_other_users(supervised: Supervised, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    call_command("serve")
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_data_folder_of_somebody_else_is_no_obstacle(
    supervised: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    call_command("serve")
    assert supervised.children


def test_process_that_cannot_live_ends_the_command_with_its_name(
    supervised: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*args: Any, **options: Any) -> None:
        raise RestartLimitError("the worker ended 5 times in a row")

    monkeypatch.setattr(serve, "supervise", give_up)
    with pytest.raises(CommandError, match="the worker ended 5 times"):
        call_command("serve")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "portal.example"])
def test_demo_is_served_to_this_machine_only(supervised: Supervised, host: str) -> None:
    with pytest.raises(CommandError, match=f"{host} can be reached from others"):
        call_command("serve", host=host)
    assert not supervised.children


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_demo_is_served_on_every_name_of_this_machine(supervised: Supervised, host: str) -> None:
    call_command("serve", host=host)
    assert supervised.children


@pytest.mark.parametrize(("is_demo", "is_public"), [(True, True), (False, False)])
def test_public_demo_and_production_are_served_to_others(
    supervised: Supervised, settings: Settings, is_demo: bool, is_public: bool
) -> None:
    settings.DEMO, settings.PUBLIC_DEMO = is_demo, is_public
    call_command("serve", host="0.0.0.0")
    assert supervised.children


@pytest.mark.parametrize("is_demo", [True, False])
def test_address_is_announced_once_and_logins_only_of_a_demo(
    supervised: Supervised,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    tmp_path: Path,
    is_demo: bool,
) -> None:
    settings.DEMO = is_demo
    (tmp_path / serve.LOGINS_FILE).write_text("演示账号 13800000000", encoding="utf-8")
    out = io.StringIO()
    call_command("serve", "--port=8123", stdout=out)
    monkeypatch.setattr(serve, "is_answering", lambda host, port: False)
    supervised.each_round()
    assert out.getvalue() == ""
    monkeypatch.setattr(serve, "is_answering", lambda host, port: (host, port) == ("127.0.0.1", 8123))
    supervised.each_round()
    supervised.each_round()
    assert out.getvalue().count("http://localhost:8123/") == 1
    assert ("演示账号" in out.getvalue()) is is_demo


def test_announcement_needs_no_logins(supervised: Supervised, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    call_command("serve", stdout=out)
    monkeypatch.setattr(serve, "is_answering", lambda host, port: True)
    supervised.each_round()
    assert "http://localhost:8000/" in out.getvalue()


def test_worker_takes_every_queue_and_keeps_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(serve, "call_command", lambda *args, **options: calls.append((args, options)))
    serve.run_background()
    (((name,), options),) = calls
    assert name == "work"
    assert options["queue_name"] == "*"
    assert options["with_clock"]
    assert not options["reload"]
    assert options["interval"] < 1  # an approved position is ranked within a second
