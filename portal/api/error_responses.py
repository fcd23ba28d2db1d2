"""What went wrong: one shape for every answer that is not a success."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DomainError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from portal.api.authentication import token_of
from portal.core import audit


class FieldProblem(Schema):
    field: str = Field(description="字段名；空白表示不属于某一个字段", examples=["pay_to"])
    message: str = Field(examples=["月薪上限不能低于下限。"])


class Problem(Schema):
    """`detail` 总有；`errors` 只在 422 时有，逐字段说明；`existing` 只在 409 时有，是已有岗位的地址。"""

    detail: str = Field(examples=["有 1 处填写不对，请修改后重发。"])
    errors: list[FieldProblem] = Field([], description="逐字段的问题")
    existing: str = Field("", description="已有岗位的地址", examples=["/api/v1/positions/12"])


class Refused(Exception):
    """An answer other than success, in the one shape."""

    def __init__(
        self, status: int, detail: str, *, errors: Iterable[tuple[str, str]] = (), existing: str = ""
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = list(errors)
        self.existing = existing

    def body(self) -> dict[str, Any]:
        said: dict[str, Any] = {"detail": self.detail}
        if self.errors:
            said["errors"] = [{"field": field, "message": message} for field, message in self.errors]
        if self.existing:
            said["existing"] = self.existing
        return said


def refused(errors: Iterable[tuple[str, str]]) -> Refused:
    """422 for these (field, message) pairs."""
    errors = list(errors)
    return Refused(422, f"有 {len(errors)} 处填写不对，请修改后重发。", errors=errors)


def told(error: DomainError) -> list[tuple[str, str]]:
    """(field, message) pairs of what an action refused."""
    if not hasattr(error, "error_dict"):
        return [("", message) for message in error.messages]
    return [
        ("" if field == "__all__" else field, message)
        for field, errors in error.message_dict.items()
        for message in errors
    ]


# What pydantic calls a problem -> how a person is told; the numbers come from its context.
_WORDS = {
    "missing": "必填。",
    "extra_forbidden": "没有这个字段。",
    "string_too_short": "至少 {min_length} 个字。",
    "string_too_long": "最多 {max_length} 个字。",
    "string_pattern_mismatch": "格式不对。",
    "greater_than_equal": "不能小于 {ge}。",
    "less_than_equal": "不能大于 {le}。",
    "literal_error": "只能是 {expected}。",
    "enum": "只能是 {expected}。",
    "too_long": "最多 {max_length} 项。",
    "too_short": "至少 {min_length} 项。",
    "value_error": "{error}",
    "timezone_aware": "时间要带时区，例如 2026-01-31T08:00:00+08:00。",
}
_TYPES = {
    "int": "应为整数。",
    "bool": "应为 true 或 false。",
    "string": "应为文字。",
    "list": "应为列表。",
    "datetime": "应为时间，例如 2026-01-31T08:00:00+08:00。",
    "model": "应为对象。",
    "dict": "应为对象。",
}


def _words(problem: dict[str, Any]) -> str:
    kind = problem["type"]
    said = _WORDS.get(kind) or _TYPES.get(kind.partition("_")[0], "填写不对。")
    return said.format(**problem.get("ctx", {}))


def _field(place: tuple[Any, ...]) -> str:
    """('body', 'payload', 'items', 3, 'pay_to') -> 'items.3.pay_to'."""
    kept = place[2:] if place[0] == "body" else place[-1:]
    return ".".join(str(part) for part in kept)


def install(api: NinjaAPI) -> None:
    """Every exception of the API answers in the one shape, in Chinese."""

    def answer(request: HttpRequest, problem: Refused) -> HttpResponse:
        response = api.create_response(request, problem.body(), status=problem.status)
        if problem.existing:
            response["Location"] = problem.existing
        return response

    def noted(request: HttpRequest, problem: Refused) -> HttpResponse:
        """A refusal to a program stands in the event log, as one to somebody signed in does."""
        token = token_of(request)
        if token is not None:
            asked = request.resolver_match
            audit.record(
                by=token.created_by,
                verb="web.refused",
                target=token,
                view=(asked.view_name or asked.route) if asked else "",
                asked={name: str(value)[:64] for name, value in asked.kwargs.items()} if asked else {},
                method=request.method,
                status=problem.status,
            )
        return answer(request, problem)

    @api.exception_handler(Refused)
    def refusal(request: HttpRequest, exc: Refused) -> HttpResponse:
        return (noted if exc.status in {403, 404} else answer)(request, exc)

    @api.exception_handler(AuthenticationError)
    def not_signed_in(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:
        """The words of a token that is no good; nothing brought at all: to sign in."""
        words = "请先登录。" if exc.message.isascii() else exc.message
        response = answer(request, Refused(401, words))
        response["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, exc: Http404) -> HttpResponse:  # noqa: ARG001
        """The same words whether it does not exist or is somebody else's."""
        return noted(request, Refused(404, "没有找到。"))

    @api.exception_handler(PermissionDenied)
    def forbidden(request: HttpRequest, exc: PermissionDenied) -> HttpResponse:
        words = str(exc)
        return noted(request, Refused(403, "没有权限。" if words.isascii() else words))

    @api.exception_handler(Throttled)
    def too_often(request: HttpRequest, exc: Throttled) -> HttpResponse:
        wait = int(exc.wait or 1)
        response = answer(request, Refused(429, f"请求过于频繁，请 {wait} 秒后再试。"))
        response["Retry-After"] = str(wait)
        return response

    @api.exception_handler(HttpError)
    def unreadable(request: HttpRequest, exc: HttpError) -> HttpResponse:
        """What the framework refuses: a body that is no JSON, a form without its CSRF token."""
        words = {400: "请求内容不是有效的 JSON。", 403: "没有权限。"}.get(exc.status_code, "请求无法处理。")
        return answer(request, Refused(exc.status_code, words))

    @api.exception_handler(ValidationError)
    def wrong_values(request: HttpRequest, exc: ValidationError) -> HttpResponse:
        return answer(request, refused((_field(problem["loc"]), _words(problem)) for problem in exc.errors))

    @api.exception_handler(DomainError)
    def wrong_by_the_domain(request: HttpRequest, exc: DomainError) -> HttpResponse:
        return answer(request, refused(told(exc)))
