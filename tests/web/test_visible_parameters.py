"""No parameter and no file name of a request holds characters that nobody sees."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory
from django.views.decorators.csrf import csrf_exempt

from portal.web.shared.visible_parameters import VisibleParametersMiddleware, visible_parameters


def _pass_through(request: HttpRequest, *, exempt: bool = False) -> HttpRequest:
    middleware = VisibleParametersMiddleware(lambda request: HttpResponse())
    middleware(request)

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    middleware.process_view(request, csrf_exempt(view) if exempt else view, (), {})
    return request


def test_query_and_form_are_visible() -> None:
    factory = RequestFactory()
    request = _pass_through(
        factory.post("/?q=%E7%94%B5%E2%80%8B%E5%B7%A5&q=%00", {"na\u200bme": ["张\u202e三", "\uffff"]})
    )
    assert request.GET.getlist("q") == ["电工", ""]
    assert request.POST.getlist("name") == ["张三", ""]


def test_file_names_are_visible() -> None:
    files: Any = [
        SimpleUploadedFile("名单\u3164\u202egpj.xlsx", b"x"),
        SimpleUploadedFile("\u3164", b"x"),  # printable to Django, which drops a file named by \u200b alone
    ]
    request = _pass_through(RequestFactory().post("/", {"file": files}))
    assert [file.name for file in request.FILES.getlist("file")] == ["名单gpj.xlsx", "文件"]


def test_view_that_reads_its_body_itself_is_left_alone() -> None:
    request = _pass_through(RequestFactory().post("/", {"name": "a\u200b"}), exempt=True)
    assert request.body


@pytest.mark.parametrize("query", ["", "q=%E7%94%B5%E5%B7%A5&page=2", "a=1&a=2&b="])
def test_visible_parameters_are_the_same_object(query: str) -> None:
    parameters = QueryDict(query)
    assert visible_parameters(parameters) is parameters
