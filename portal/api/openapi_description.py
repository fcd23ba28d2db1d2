"""Responses added to the OpenAPI description: every status of an operation, with example and headers."""

from typing import Any

from ninja.openapi.schema import OpenAPISchema
from pydantic.json_schema import models_json_schema

from portal.api.error_responses import Problem

_PROBLEM_REFERENCE = {"$ref": "#/components/schemas/Problem"}
_DESCRIPTIONS = {
    "200": "成功",
    "201": "已收下，提交审核",
    "304": "与上次相同（请求带 If-None-Match 时）",
    "400": "请求内容不是有效的 JSON",
    "401": "没有登录，或令牌无效、过期、已吊销",
    "403": "登录了但没有权限：令牌只读、或工作人员未完成二次验证",
    "404": "没有找到，或无权查看",
    "409": "与现有岗位冲突，`existing` 和 `Location` 是它的地址",
    "422": "填写不对，`errors` 逐字段说明",
    "429": "请求过于频繁，`Retry-After` 秒后再试",
}
_EXAMPLES: dict[str, dict[str, Any]] = {
    "400": {"detail": "请求内容不是有效的 JSON。"},
    "401": {"detail": "令牌无效、已过期或已吊销。"},
    "403": {"detail": "这个令牌只能读取，请创建有“读写”权限的令牌。"},
    "404": {"detail": "没有找到。"},
    "409": {"detail": "本单位已有这个编号的岗位。", "existing": "/api/v1/positions/128"},
    "422": {
        "detail": "有 1 处填写不对，请修改后重发。",
        "errors": [{"field": "pay_to", "message": "月薪上限不能低于下限。"}],
    },
    "429": {"detail": "请求过于频繁，请 17 秒后再试。"},
}
_HEADERS: dict[str, dict[str, Any]] = {
    "201": {"Location": {"description": "新岗位的地址", "schema": {"type": "string"}}},
    "409": {"Location": {"description": "已有岗位的地址", "schema": {"type": "string"}}},
    "429": {"Retry-After": {"description": "多少秒后再试", "schema": {"type": "integer", "minimum": 1}}},
    "401": {"WWW-Authenticate": {"schema": {"type": "string"}}},
}
_ETAG = {"ETag": {"description": "下次放进 If-None-Match", "schema": {"type": "string"}}}


def add_responses(openapi: OpenAPISchema) -> OpenAPISchema:
    """Add to each operation the responses that django-ninja does not describe."""
    _, definitions = models_json_schema(
        [(Problem, "validation")], ref_template="#/components/schemas/{model}"
    )
    openapi["components"]["schemas"].update(definitions["$defs"])
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            for code in _error_codes(path, method, operation):
                operation["responses"].setdefault(code, {})
            operation["responses"] = {
                code: _build_response(code, response, method)
                for code, response in sorted(
                    (str(code), response) for code, response in operation["responses"].items()
                )
            }
    return openapi


def _error_codes(path: str, method: str, operation: dict[str, Any]) -> set[str]:
    """Return the status codes besides those of success."""
    is_write = method != "get"
    codes = {"401", "403", "429"}
    if operation.get("parameters") or is_write:
        codes.add("422")
    if "{" in path:
        codes.add("404")
    if is_write:
        codes.add("400")
    if is_write and not path.endswith("/batch"):
        codes.add("409")
    if {} in operation.get("security", []):
        codes.add("304")
    return codes


def _build_response(code: str, response: dict[str, Any], method: str) -> dict[str, Any]:
    result = {**response, "description": _DESCRIPTIONS[code]}
    if code in _EXAMPLES:
        result["content"] = {"application/json": {"schema": _PROBLEM_REFERENCE, "example": _EXAMPLES[code]}}
    headers = _HEADERS.get(code, {}) | (_ETAG if code == "200" and method == "get" else {})
    if headers:
        result["headers"] = headers
    return result
