"""The permission table: which role at a station grants which permissions.

A new role is a member of `StationRole` and a row of `ROLES`; a new permission is a member of `Permission`
that the code checks. The staff page 'who may what' (谁可以做什么) is drawn from this module.
"""

from dataclasses import dataclass
from enum import Enum

from django.db import models


class StationRole(models.TextChoices):
    """Role of an appointment at a station (岗位职责)."""

    CLERK = "clerk", "服务站工作人员"
    HEAD = "head", "服务站负责人"
    OPERATOR = "operator", "市级业务管理员"
    REVIEWER = "reviewer", "审核员"
    AUDITOR = "auditor", "审计员"
    EDITOR = "editor", "内容编辑"


class Permission(Enum):
    """A right in the subtree of the appointment's station; the value is its description for staff."""

    OPEN_RECORDS = "查看和办理辖区内退役军人的档案、走访和回访，导入名单"
    CLOSE_RECORDS = "注销、合并档案"
    EXPORT_DATA = "导出名单和统计表"
    LEAD_TEAM = "分派回访，安排代班"
    REVIEW_EMPLOYERS = "核验用人单位，审核岗位，处理举报"
    RUN_FAIRS = "办理招聘会的展位、报名和签到"
    READ_REPORTS = "查看统计报表"
    READ_LOGS = "查看操作日志和档案访问记录"
    CHANGE_STATION_CONTACT = "修改服务站的地址、电话和办公时间"
    APPOINT_CLERKS = "安排和结束服务站工作人员的任职"
    APPOINT_STAFF = "安排和结束各种角色的任职"
    CHANGE_NETWORK = "启用、更名、合并、拆分和停用服务站"
    SET_FOLLOW_UP_RULES = "设置回访规则"
    CHANGE_RANKING = "查看推荐效果，决定岗位排序的版本"
    WRITE_PAGES = "撰写网站内容"
    PUBLISH_PAGES = "审核、发布网站内容"


@dataclass(frozen=True, slots=True)
class Role:
    """One row of the table.

    Attributes:
        description: what the role is for, in Chinese, for the staff page.
        permissions: granted in the subtree of the appointment's station.
        city_permissions: granted only by an appointment at the city's station, the root of the network.
    """

    description: str
    permissions: frozenset[Permission]
    city_permissions: frozenset[Permission] = frozenset()


ROLES: dict[StationRole, Role] = {
    StationRole.CLERK: Role(
        "联系辖区内的退役军人：建档、走访、登记意向和回访，协助办理招聘会。",
        frozenset({Permission.OPEN_RECORDS, Permission.RUN_FAIRS, Permission.READ_REPORTS}),
    ),
    StationRole.HEAD: Role(
        "负责服务站的全部工作：除工作人员的事项外，还管理本站人员、核验单位、导出数据。",
        frozenset(
            {
                Permission.OPEN_RECORDS,
                Permission.CLOSE_RECORDS,
                Permission.EXPORT_DATA,
                Permission.LEAD_TEAM,
                Permission.REVIEW_EMPLOYERS,
                Permission.RUN_FAIRS,
                Permission.READ_REPORTS,
                Permission.CHANGE_STATION_CONTACT,
                Permission.APPOINT_CLERKS,
            }
        ),
    ),
    StationRole.OPERATOR: Role(
        "管理全市的业务：服务站网络、人员任职、回访规则、岗位排序和网站内容。",
        frozenset(
            {
                Permission.OPEN_RECORDS,
                Permission.CLOSE_RECORDS,
                Permission.EXPORT_DATA,
                Permission.LEAD_TEAM,
                Permission.REVIEW_EMPLOYERS,
                Permission.RUN_FAIRS,
                Permission.READ_REPORTS,
                Permission.APPOINT_STAFF,
                Permission.PUBLISH_PAGES,
            }
        ),
        city_permissions=frozenset(
            {
                Permission.CHANGE_STATION_CONTACT,
                Permission.CHANGE_NETWORK,
                Permission.SET_FOLLOW_UP_RULES,
                Permission.CHANGE_RANKING,
            }
        ),
    ),
    StationRole.REVIEWER: Role(
        "核验用人单位、审核岗位，不接触退役军人的个人档案。",
        frozenset({Permission.REVIEW_EMPLOYERS, Permission.RUN_FAIRS, Permission.READ_REPORTS}),
        city_permissions=frozenset({Permission.PUBLISH_PAGES}),
    ),
    StationRole.AUDITOR: Role(
        "检查谁做了什么、看了谁的档案，核对统计数字。",
        frozenset({Permission.READ_REPORTS, Permission.READ_LOGS}),
    ),
    StationRole.EDITOR: Role(
        "撰写网站的招聘会、政策和新闻内容，由审核人员发布。",
        frozenset({Permission.WRITE_PAGES}),
    ),
}


def permissions_of(role: StationRole | str, *, at_city: bool) -> frozenset[Permission]:
    """Return the permissions that an appointment grants.

    Args:
        role: the appointment's role.
        at_city: whether its station is the root of the network.
    """
    row = ROLES[StationRole(role)]
    return row.permissions | row.city_permissions if at_city else row.permissions


def roles_with(permission: Permission, *, at_city: bool = False) -> frozenset[StationRole]:
    """Return the roles whose appointment grants `permission`, at the city's station or at any other."""
    return frozenset(role for role in ROLES if permission in permissions_of(role, at_city=at_city))
