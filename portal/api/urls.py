"""The JSON API for integrators, described at /api/v1/docs.

Open data needs no authentication; an employer's programs send a token, people use their session, and staff
need their second factor (portal.web.shared.middleware). Every list is restricted to what the caller may see,
is paginated and takes a constant number of queries.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.security import django_auth

from portal.api import error_responses, fairs, placements, position_writes, search, statistics, veterans
from portal.api.authentication import THROTTLES
from portal.api.openapi_description import add_responses

GUIDE = f"""
公开数据（岗位、招聘会、搜索、统计）不用登录；用人单位的程序用**接口令牌**读写本单位岗位；
工作人员和本人沿用平台会话（有任职的须先完成二次验证）。列表只含调用者有权查看的记录。

**频率**：每分钟，未登录的每个地址 {settings.API_RATES["anonymous"]} 次，登录的每人
{settings.API_RATES["person"]} 次，每个令牌 {settings.API_RATES["token"]} 次，每个地址合计
{settings.API_RATES["address"]} 次。超过答 429，`Retry-After` 是要等的秒数。

**出错**只有一种样子：`detail` 一句话，422 时 `errors` 逐字段说明，409 时 `existing` 是已有岗位的地址。

**缓存**：公开列表带 `ETag`，下次放进 `If-None-Match`，没有变化答 304。
关闭、暂停、过期的岗位从那一秒起不在任何答复里，请不要不问就用旧数据。

**个人信息**：电话、身份证号一律掩码；查看他人档案会留下访问记录，本人可见；令牌读不到任何个人。

新岗位也可以订阅：`/feeds/positions.atom`。
"""


class PortalAPI(NinjaAPI):
    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        return add_responses(super().get_openapi_schema(**kwargs))

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Keep the published ids, which name the methods of generated clients, when a module is renamed."""
        operation_id = super().get_openapi_operation_id(operation)
        return operation_id.replace("portal_api_position_writes_", "portal_api_intake_")


api = PortalAPI(
    title=settings.WAGTAIL_SITE_NAME,
    version="1.1",
    description=GUIDE,
    auth=django_auth,
    throttle=THROTTLES,
    urls_namespace="api",
    openapi_extra={
        "tags": [
            {
                "name": "positions",
                "description": "岗位：在招的人人可见；用人单位用令牌发布、修改、暂停、撤回自己的",
            },
            {"name": "fairs", "description": "已发布的招聘会"},
            {"name": "search", "description": "按词搜索在招岗位、招聘会和已核验单位；不含任何个人"},
            {"name": "statistics", "description": "公开统计，带口径和统计时刻"},
            {"name": "veterans", "description": "退役军人档案：服务站工作人员只见本站及下级，本人只见自己"},
            {"name": "placements", "description": "安置意向及其变更记录"},
            {"name": "follow-ups", "description": "回访任务"},
        ]
    },
)
error_responses.add_handlers(api)
api.add_router("/positions", position_writes.router)  # includes the operations of portal.api.positions
api.add_router("/fairs", fairs.router)
api.add_router("/search", search.router)
api.add_router("/statistics", statistics.router)
api.add_router("/veterans", veterans.router)
api.add_router("/placements", placements.router)
api.add_router("/follow-ups", placements.follow_ups)


def unknown_path(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001
    """Answer 404 in the API's format for a path without an operation, before the CMS handles it."""
    return api.create_response(request, {"detail": "没有找到。"}, status=404)
