"""Error responses of the API: one format for every status but success."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DomainError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from portal.api.authentication import request_token
from portal.core import audit


class FieldProblem(Schema):
    field: str = Field(description="字段名；空白表示不属于某一个字段", examples=["pay_to"])
    message: str = Field(examples=["月薪上限不能低于下限。"])


class Problem(Schema):
    """`detail` 总有；`errors` 只在 422 时有，逐字段说明；`existing` 只在 409 时有，是已有岗位的地址。"""

    detail: str = Field(examples=["有 1 处填写不对，请修改后重发。"])
    errors: list[FieldProblem] = Field([], description="逐字段的问题")
    existing: str = Field("", description="已有岗位的地址", examples=["/api/v1/positions/12"])


class ErrorResponse(Exception):
    """An error response with this status and body."""

    def __init__(
        self, status: int, detail: str, *, errors: Iterable[tuple[str, str]] = (), existing: str = ""
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = list(errors)
        self.existing = existing

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"detail": self.detail}
        if self.errors:
            body["errors"] = [{"field": field, "message": message} for field, message in self.errors]
        if self.existing:
            body["existing"] = self.existing
        return body


def invalid_fields(errors: Iterable[tuple[str, str]]) -> ErrorResponse:
    """Return a 422 response for these (field, message) pairs."""
    errors = list(errors)
    return ErrorResponse(422, f"有 {len(errors)} 处填写不对，请修改后重发。", errors=errors)


def field_messages(error: DomainError) -> list[tuple[str, str]]:
    """Return the (field, message) pairs of an action's validation error."""
    if not hasattr(error, "error_dict"):
        return [("", message) for message in error.messages]
    return [
        ("" if field == "__all__" else field, message)
        for field, errors in error.message_dict.items()
        for message in errors
    ]


# Type of a pydantic error -> message; the placeholders come from its context.
_MESSAGES = {
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
# First part of the type of a pydantic error -> message.
_TYPE_MESSAGES = {
    "int": "应为整数。",
    "bool": "应为 true 或 false。",
    "string": "应为文字。",
    "list": "应为列表。",
    "datetime": "应为时间，例如 2026-01-31T08:00:00+08:00。",
    "model": "应为对象。",
    "dict": "应为对象。",
}


def _message(error: dict[str, Any]) -> str:
    kind = error["type"]
    template = _MESSAGES.get(kind) or _TYPE_MESSAGES.get(kind.partition("_")[0], "填写不对。")
    return template.format(**error.get("ctx", {}))


def _field_path(location: tuple[Any, ...]) -> str:
    """Return ('body', 'payload', 'items', 3, 'pay_to') as 'items.3.pay_to'."""
    parts = location[2:] if location[0] == "body" else location[-1:]
    return ".".join(str(part) for part in parts)


def add_handlers(api: NinjaAPI) -> None:
    """Convert every exception of the API to an error response in Chinese."""

    def respond(request: HttpRequest, error: ErrorResponse) -> HttpResponse:
        response = api.create_response(request, error.body(), status=error.status)
        if error.existing:
            response["Location"] = error.existing
        return response

    def respond_with_audit(request: HttpRequest, error: ErrorResponse) -> HttpResponse:
        """Audit the refusal of a token's request; the middleware audits those of signed-in users."""
        token = request_token(request)
        if token is not None:
            match = request.resolver_match
            audit.record(
                by=token.created_by,
                verb="web.refused",
                target=token,
                view=(match.view_name or match.route) if match else "",
                asked={name: str(value)[:64] for name, value in match.kwargs.items()} if match else {},
                method=request.method,
                status=error.status,
            )
        return respond(request, error)

    @api.exception_handler(ErrorResponse)
    def handle_error_response(request: HttpRequest, exc: ErrorResponse) -> HttpResponse:
        return (respond_with_audit if exc.status in {403, 404} else respond)(request, exc)

    @api.exception_handler(AuthenticationError)
    def handle_authentication(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:
        """Return the message of an invalid token, or ask for a sign-in where there are no credentials."""
        message = "请先登录。" if exc.message.isascii() else exc.message
        response = respond(request, ErrorResponse(401, message))
        response["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(Http404)
    def handle_not_found(request: HttpRequest, exc: Http404) -> HttpResponse:  # noqa: ARG001
        """Return the same message for a missing object and for one the caller may not see."""
        return respond_with_audit(request, ErrorResponse(404, "没有找到。"))

    @api.exception_handler(PermissionDenied)
    def handle_permission_denied(request: HttpRequest, exc: PermissionDenied) -> HttpResponse:
        message = str(exc)
        return respond_with_audit(request, ErrorResponse(403, "没有权限。" if message.isascii() else message))

    @api.exception_handler(Throttled)
    def handle_throttled(request: HttpRequest, exc: Throttled) -> HttpResponse:
        wait = int(exc.wait or 1)
        response = respond(request, ErrorResponse(429, f"请求过于频繁，请 {wait} 秒后再试。"))
        response["Retry-After"] = str(wait)
        return response

    @api.exception_handler(HttpError)
    def handle_http_error(request: HttpRequest, exc: HttpError) -> HttpResponse:
        """Return the message for a refusal of the framework: invalid JSON, a missing CSRF token."""
        message = {400: "请求内容不是有效的 JSON。", 403: "没有权限。"}.get(exc.status_code, "请求无法处理。")
        return respond(request, ErrorResponse(exc.status_code, message))

    @api.exception_handler(ValidationError)
    def handle_invalid_request(request: HttpRequest, exc: ValidationError) -> HttpResponse:
        errors = ((_field_path(error["loc"]), _message(error)) for error in exc.errors)
        return respond(request, invalid_fields(errors))

    @api.exception_handler(DomainError)
    def handle_domain_error(request: HttpRequest, exc: DomainError) -> HttpResponse:
        return respond(request, invalid_fields(field_messages(exc)))
