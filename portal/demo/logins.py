"""Logins of the demo, created by the demo command and printed by `make run`."""

from dataclasses import dataclass

PASSWORD = "demo-password-2026"  # noqa: S105  (printed on purpose: a demo has no secrets)


@dataclass(frozen=True, slots=True)
class Login:
    """One login; without a password the person signs in with a one-time code, which the server prints."""

    who: str
    name: str
    phone: str
    password: str = ""


CITY_OPERATOR = Login("市退役军人服务中心 业务管理员", "周敏", "19900000001", PASSWORD)
COUNTY_REVIEWER = Login("新会区退役军人服务中心 审核员", "黄志勇", "19900000002", PASSWORD)
TOWN_CLERK = Login("睦洲镇退役军人服务站 工作人员", "李秀珍", "19900000003", PASSWORD)
EDITOR = Login("市退役军人服务中心 内容编辑", "何婉仪", "19900000004", PASSWORD)
NEIGHBOUR_CLERK = Login("司前镇退役军人服务站 工作人员", "梁伟强", "19900000005", PASSWORD)
AUDITOR = Login("市退役军人服务中心 审计员", "梁慧珍", "19900000006", PASSWORD)
EMPLOYER = Login("江门市远航物流有限公司 管理员", "吴晓彤", "19900000011")
RECRUITER = Login("江门市远航物流有限公司 招聘专员", "何嘉欣", "19900000012")
DRIVER = Login("退役军人 陈建国（汽车驾驶12年，A2驾照）", "陈建国", "19900000021")
RADAR = Login("退役军人 林志强（海军雷达，本科）", "林志强", "19900000022")
FOUNDER = Login("退役军人 周文斌（有创业计划）", "周文斌", "19900000023")

STAFF = (CITY_OPERATOR, COUNTY_REVIEWER, TOWN_CLERK, NEIGHBOUR_CLERK, EDITOR, AUDITOR)
PEOPLE = (DRIVER, RADAR, FOUNDER)
LOGINS = (DRIVER, RADAR, FOUNDER, EMPLOYER, RECRUITER, *STAFF)
