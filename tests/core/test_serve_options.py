"""Options, refusals and announcement of the command `serve`."""

import pytest
from django.core.management import CommandError, call_command

from portal.core.management.commands import serve


def test_port_is_8000_of_this_machine_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "port_problem", lambda host, port: "in use")
    with pytest.raises(CommandError, match=r"port 8000 of 127\.0\.0\.1 cannot be used: in use"):
        call_command("serve")
