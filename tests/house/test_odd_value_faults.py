"""The walk of odd values turns red: routes that answer them badly, one for each fault that it looks for."""

from typing import Any

import pytest
from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import Context, Template
from django.test import Client
from django.urls import path

from cms.models import JobFairPage
from portal import urls as portal_urls
from portal.web.shared.query_params import BadParameterError, UnknownRowError, get_required_row
from tests.house.walk import ODD_VALUES, Target, parameters, watching
from tests.house.walk_answers import Tally, faults_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__), pytest.mark.must("hold.5")]
handler400, handler404, handler500 = portal_urls.handler400, portal_urls.handler404, portal_urls.handler500


class SizeForm(forms.Form):
    """One number."""

    size = forms.IntegerField(label="人数")


def _is_odd(request: HttpRequest) -> bool:
    return request.GET.get("size") != "1"


def number_without_check(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(int(request.GET["size"])))


def key_without_check(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s + 0", [int(request.GET["size"])])
    return HttpResponse("")


def refusal_without_name(request: HttpRequest) -> HttpResponse:
    if _is_odd(request):
        raise BadRequest("这个请求不对。")
    return HttpResponse("")


def not_found_without_name(request: HttpRequest) -> HttpResponse:
    if _is_odd(request):
        raise Http404
    return HttpResponse("")


def json_without_name(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"detail": "size 不对"}, status=422 if _is_odd(request) else 200)


def json_of_another_field(request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        {"errors": [{"field": "pay", "reason": "x"}]}, status=422 if _is_odd(request) else 200
    )


def form_without_message(request: HttpRequest) -> HttpResponse:
    return HttpResponse("请重新填写" if not SizeForm(request.GET).is_valid() else "")


def redirect_without_message(request: HttpRequest) -> HttpResponse:
    SizeForm(request.GET).is_valid()
    return HttpResponseRedirect("/")


def named_parameter(request: HttpRequest) -> HttpResponse:
    if _is_odd(request):
        raise BadParameterError("size")
    return HttpResponse("")


def named_row(request: HttpRequest) -> HttpResponse:
    if not _is_odd(request):
        return HttpResponse("")
    get_required_row(JobFairPage.objects.all(), request.GET, "size")
    raise UnknownRowError("size")


def json_of_the_field(request: HttpRequest) -> HttpResponse:
    content = {"errors": [{"field": "size", "reason": "x"}]}
    return JsonResponse(content, status=422 if _is_odd(request) else 200)


def form_with_message(request: HttpRequest) -> HttpResponse:
    form = SizeForm(request.GET)
    form.is_valid()
    return HttpResponse(Template("{{ form.as_p }}").render(Context({"form": form})))


def redirect_with_message(request: HttpRequest) -> HttpResponse:
    form = SizeForm(request.GET)
    if not form.is_valid():
        messages.error(request, str(form.errors["size"]))
    return HttpResponseRedirect("/")


# View, value sent, what the walk says.
FAULTS = (
    (number_without_check, "superscript two", "500 ValueError"),
    (key_without_check, "2^63", "500 OverflowError"),
    (refusal_without_name, "-1", "400 names no field"),
    (not_found_without_name, "year 9999", "404 names no field"),
    (json_without_name, "NUL", "422 names no field"),
    (json_of_another_field, "1e9", "422 names no field"),
    (form_without_message, "2^63", "SizeForm.size: the page does not say"),
    (redirect_without_message, "several", "redirected without a word on SizeForm.size"),
)
GOOD_VIEWS = (named_parameter, named_row, json_of_the_field, form_with_message, redirect_with_message)
VIEWS = {view.__name__: view for view in (*(row[0] for row in FAULTS), *GOOD_VIEWS)}
urlpatterns = [*(path(f"odd/{name}/", view) for name, view in VIEWS.items()), *portal_urls.urlpatterns]


@pytest.fixture
def visitor(caplog: pytest.LogCaptureFixture) -> Client:
    caplog.set_level("CRITICAL", "django.request")
    return Client(raise_request_exception=False)


def _answer(visitor: Client, view: Any, value: Any) -> tuple[Target, Any, Any]:
    target = Target(view.__name__, "anonymous", "get", f"/odd/{view.__name__}/")
    with watching() as watch:
        response = target.send(visitor, in_query={"size": value}, in_body={})
    return target, response, watch


@pytest.mark.parametrize(("view", "value_name", "fault"), FAULTS)
def test_bad_answer_is_a_fault(visitor: Client, view: Any, value_name: str, fault: str) -> None:
    _, usual, _ = _answer(visitor, view, "1")
    assert usual.status_code in {200, 302}
    _, response, watch = _answer(visitor, view, ODD_VALUES[value_name])
    tally = Tally()
    tally.add("get", value_name, response, watch, "size", was=usual.status_code)
    assert any(fault in line for line in tally.faults), tally.faults
    assert tally.server_error_count == (response.status_code >= 500)
    assert tally.named_count == 0


@pytest.mark.parametrize("value_name", ODD_VALUES)
@pytest.mark.parametrize("view", GOOD_VIEWS)
def test_named_refusal_is_none(visitor: Client, view: Any, value_name: str) -> None:
    target, usual, _ = _answer(visitor, view, "1")
    assert usual.status_code in {200, 302}
    _, response, watch = _answer(visitor, view, ODD_VALUES[value_name])
    assert list(faults_in(response, watch, "size", was=usual.status_code)) == []
    assert ("query", "size") in parameters(target, response, watch), "found by watching what the view reads"
