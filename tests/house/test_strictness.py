"""The harness itself: what it must refuse, it refuses."""

import csv
import socket
import subprocess
import sys
import textwrap
import warnings

import pytest
from django.template import Context, Engine, Origin, Template

from tests.harness.must import Figure
from tests.harness.templates import ROOT, UndefinedVariableError

OURS = Origin(str(ROOT / "templates" / "house.html"))
THEIRS = Origin(str(ROOT / ".venv" / "lib" / "wagtail" / "templates" / "house.html"))


def render(code: str, origin: Origin = OURS, **context: object) -> str:
    engine = Engine.get_default()
    return Template(code, origin=origin, engine=engine).render(Context(context))


@pytest.mark.parametrize(
    "code",
    [
        "{{ nobody }}",
        "{{ known.nothing }}",
        "{{ nobody|length }}",
        "{% for x in nobody %}{{ x }}{% endfor %}",
        "{% for x in nobody %}{% empty %}none{% endfor %}",
        "{% with x=nobody %}{{ x }}{% endwith %}",
        "{% regroup nobody by name as groups %}",
        "{% if known %}{{ nobody }}{% endif %}",
    ],
)
def test_an_undefined_variable_in_our_template_raises(code: str, undefined_variables: list[str]) -> None:
    with pytest.raises(UndefinedVariableError, match=r"house\.html: undefined variable"):
        render(code, known={"name": "x"})
    assert len(undefined_variables) == 1
    undefined_variables.clear()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("{% if nobody %}yes{% else %}no{% endif %}", "no"),
        ("{% if nobody.name == 'x' %}yes{% else %}no{% endif %}", "no"),
        ("{{ nobody|default:'—' }}", "—"),
        ("{{ nobody|default_if_none:'' }}", ""),
        ("{% firstof nobody 'somebody' %}", "somebody"),
        ("{{ known.name }}", "x"),
        ("{{ known.empty }}", "None"),
    ],
)
def test_saying_that_a_name_may_be_absent_is_allowed(code: str, text: str) -> None:
    assert render(code, known={"name": "x", "empty": None}) == text


def test_templates_of_other_packages_keep_djangos_silence() -> None:
    assert render("[{{ nobody }}{% for x in nobody %}{% endfor %}]", THEIRS) == "[]"


def test_a_swallowed_undefined_variable_still_fails_its_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from tests.house.test_strictness import render

        def test_view_that_swallows():
            try:
                render("{{ nobody }}")
            except AssertionError:
                return
        """
    )
    result = run_inside(pytester)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*undefined template variables:*", "*undefined variable in {{ nobody }}*"])


def test_a_warning_is_an_error(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getini("filterwarnings")[0] == "error"
    with pytest.raises(UserWarning):
        warnings.warn("anything", UserWarning, stacklevel=1)
    with pytest.raises(DeprecationWarning):
        warnings.warn("anything", DeprecationWarning, stacklevel=1)


def test_no_socket_opens_to_a_host_off_the_list() -> None:
    # An address of this machine that is not on the list: should the harness ever fail, nothing leaves either.
    # (The plugin warns before it raises, and a warning is an error here.)
    with pytest.raises((UserWarning, RuntimeError), match="127\\.0\\.0\\.2"):
        socket.create_connection(("127.0.0.2", 9), timeout=0.1)


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=1) as s,
    ):
        assert s.getpeername() == server.getsockname()


def test_order_is_random(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.has_plugin("randomly")


def test_a_test_after_one_that_commits_finds_what_migrations_made(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from wagtail.models import Page

        from tests.factories import make_user

        @pytest.mark.django_db(transaction=True)
        def test_1_commits():
            make_user("先来的")

        @pytest.mark.django_db
        def test_2_rolls_back():
            assert Page.objects.filter(depth=1).count() == 1
        """
    )
    by_name = """
        import pytest

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(items):
            items.sort(key=lambda item: item.name)
        """
    result = run_inside(pytester, "-v", conftest=textwrap.dedent(by_name))
    result.stdout.fnmatch_lines(["*test_1_commits PASSED*", "*test_2_rolls_back PASSED*"])
    result.assert_outcomes(passed=2)


def test_slow_tests_wait_for_their_option(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.slow
        def test_slow():
            assert True

        def test_quick():
            assert True
        """
    )
    run_inside(pytester).assert_outcomes(passed=1, deselected=1)
    run_inside(pytester, "--slow").assert_outcomes(passed=2)


def test_must_prints_a_line_for_every_requirement(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.slow
        @pytest.mark.must("walks.1")
        def test_shown(figure):
            figure("12 ms")

        @pytest.mark.must("walks.2")
        def test_broken():
            assert 1 == 2

        @pytest.mark.must("walks.3")
        def test_left_out():
            pytest.skip("no browser")
        """
    )
    result = run_inside(pytester, "--must=walks")
    result.stdout.fnmatch_lines(
        [
            "walks.1 passed *[[]12 ms]",
            "walks.2 FAILED *",
            "walks.3 NOT RUN *",
            "walks.4 MISSING *",
            "walks.5 MISSING *",
            "walks.6 MISSING *",
        ]
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_must_refuses_a_number_that_no_part_has(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.must("walks.99")
        def test_nothing():
            assert True
        """
    )
    result = run_inside(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*tests/must.toml has no walks.99*"])


def test_a_database_of_a_person_is_never_used(tmp_path: object) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/house/test_strictness.py"],
        check=False,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PORTAL_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "unset PORTAL_DATA" in result.stderr


def run_inside(pytester: pytest.Pytester, *options: str, conftest: str = "") -> pytest.RunResult:
    """Run the test file that pytester holds under this suite's own harness, in a process of its own."""
    (pytester.path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text() + conftest)
    return pytester.run(
        "env", "-u", "PORTAL_DATA", "-u", "CI",
        sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"),
        "--rootdir", str(pytester.path), "-p", "no:cacheprovider", "-o", f"pythonpath={ROOT}",
        "-o", "testpaths=", "-rA",
        *options, str(pytester.path),
    )  # fmt: skip


def test_spoiling_finds_tests_that_do_not_depend_on_their_figure(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_spoiled="""
        import pytest

        @pytest.mark.must("walks.1")
        def test_bound(figure):
            assert True
            figure("2 s", 2, at_most=3)

        @pytest.mark.must("walks.1")
        def test_bound_not_reached(figure):
            if not "file":
                figure("2 s", 2, at_most=3)
            assert True

        @pytest.mark.must("walks.2")
        def test_only_printed(figure):
            assert True
            figure("2 s")

        @pytest.mark.must("walks.2")
        def test_printed_and_asserted(figure):
            figure("2 s")
            assert True

        @pytest.mark.must("walks.3")
        @pytest.mark.parametrize("rows", [[1], []])
        def test_walk(rows):
            for row in rows:
                assert row

        @pytest.mark.must("walks.3")
        def test_fails():
            raise LookupError

        @pytest.mark.must("walks.4")
        def test_skipped():
            pytest.skip("not here")

        @pytest.mark.must("walks.5")
        def test_swallowed():
            try:
                assert True
            except AssertionError:
                pass
        """
    )
    run_inside(
        pytester, "--must=walks", "--spoil=ledger.csv", "-o", "enable_assertion_pass_hook=true",
        "-p", "no:cacheprovider",
    )  # fmt: skip
    with (pytester.path / "ledger.csv").open(encoding="utf-8", newline="") as file:
        rows = {
            row["test"].partition("::")[2]: (row["spoiled"], row["outcome"]) for row in csv.DictReader(file)
        }
    assert rows == {
        "test_bound": ("figure", "fails"),
        "test_bound_not_reached": ("", "passes"),
        "test_only_printed": ("", "passes"),
        "test_printed_and_asserted": ("assertion after figure", "fails"),
        "test_walk": ("", "passes"),
        "test_fails": ("", "fails unspoiled"),
        "test_skipped": ("", "not run"),
        "test_swallowed": ("assertion", "passes"),
    }


@pytest.mark.parametrize("bounds", [{"at_least": 3}, {"at_most": 1}, {"below": 2}])
def test_figure_out_of_its_bound_fails(bounds: dict[str, float], request: pytest.FixtureRequest) -> None:
    figure = Figure(request.node)
    figure("2 s", 2, at_least=2, at_most=2, below=3)
    with pytest.raises(pytest.fail.Exception, match="2 s"):
        figure("2 s", 2, **bounds)
