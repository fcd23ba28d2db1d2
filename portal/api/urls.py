"""The JSON API for integrators, described at /api/v1/docs. Read-only; the portal's own session signs in.

Staff need their second factor here as well (portal.web.middleware). Every list begins with what the caller
may see, comes in pages and costs a fixed number of queries.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.security import django_auth

from portal.api import fairs, placements, positions, search, veterans

api = NinjaAPI(
    title=settings.WAGTAIL_SITE_NAME,
    version="1.0",
    description=(
        "只读接口。登录沿用平台会话；有服务站任职的账号须先完成二次验证。"
        "列表只含调用者有权查看的记录，按页返回（`page`、`page_size`），`count` 为总数。"
        "电话、身份证号一律掩码；查看他人档案会留下访问记录，本人可见。"
    ),
    auth=django_auth,
    urls_namespace="api",
    openapi_extra={
        "tags": [
            {"name": "veterans", "description": "退役军人档案：服务站工作人员只见本站及下级，本人只见自己"},
            {"name": "placements", "description": "安置意向及其变更记录"},
            {"name": "follow-ups", "description": "回访任务"},
            {"name": "positions", "description": "岗位：在招的人人可见，其余限本单位和审核人员"},
            {"name": "fairs", "description": "已发布的招聘会"},
            {"name": "search", "description": "按词搜索在招岗位、招聘会和已核验单位；不含任何个人"},
        ]
    },
)
api.add_router("/veterans", veterans.router)
api.add_router("/placements", placements.router)
api.add_router("/follow-ups", placements.follow_ups)
api.add_router("/positions", positions.router)
api.add_router("/fairs", fairs.router)
api.add_router("/search", search.router)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    return api.create_response(request, {"detail": "请先登录。"}, status=401)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, exc: Http404) -> HttpResponse:  # noqa: ARG001
    """The same words whether it does not exist or is somebody else's."""
    return api.create_response(request, {"detail": "没有找到。"}, status=404)
