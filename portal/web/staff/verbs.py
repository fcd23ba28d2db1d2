"""How the event log's verbs read in Chinese. A verb of the code without its words fails
tests/house/test_verbs.py.
"""

from portal.placements.workflow import STEP_LABELS
from portal.sheets.enums import ImportState

ROOMS = {
    "accounts": "账号与授权",
    "cms": "内容发布",
    "core": "系统",
    "employers": "用人单位",
    "fairs": "招聘会",
    "integrators": "接口对接",
    "placements": "安置跟踪",
    "positions": "岗位",
    "sheets": "批量导入导出",
    "stations": "服务站",
    "veterans": "退役军人档案",
    "visits": "走访",
    "web": "越权访问",
}

VERBS = {
    "accounts.appointed": "任命岗位",
    "accounts.consent_given": "同意授权",
    "accounts.consent_withdrawn": "撤回授权",
    "accounts.created": "首次登录",
    "accounts.post_ended": "结束任职",
    "cms.groups_changed": "调整编辑权限",
    "cms.page_published": "发布页面",
    "core.keys_retired": "停用旧密钥",
    "core.keys_rotated": "更换加密密钥",
    "cms.fairs_handed_over": "招聘会改由接收站主办",
    "employers.handed_over": "单位改由接收站审核",
    "employers.registered": "单位入驻",
    "employers.updated": "修改单位资料",
    "fairs.booth_confirmed": "确认展位",
    "fairs.booth_refused": "退回展位申请",
    "fairs.booth_requested": "申请展位",
    "fairs.checked_in": "入场核验",
    "fairs.duty_assigned": "安排值守",
    "fairs.registered": "报名招聘会",
    "fairs.registration_cancelled": "取消报名",
    "fairs.visitor_counted": "登记来访",
    "integrators.issued": "创建接口令牌",
    "integrators.revoked": "吊销接口令牌",
    "positions.sent": "接口发来岗位",
    "placements.confirmed": "确认意向",
    "placements.follow_up": "记录回访",
    "positions.drafted": "起草岗位",
    "positions.edited": "修改岗位",
    "positions.exception_approved": "同意用语例外",
    "positions.exception_confirmed": "复核用语例外",
    "positions.exception_ended": "用语例外失效",
    "sheets.cancel_asked": "取消导入",
    "sheets.result_taken": "下载导入结果",
    "sheets.resumed": "继续导入",
    "sheets.started": "开始导入",
    "sheets.undo_asked": "申请撤销导入",
    "sheets.undone": "撤销导入",
    "sheets.uploaded": "上传表格",
    "stations.closed": "停用服务站",
    "stations.contact_changed": "修改联系方式",
    "stations.merged": "合并服务站",
    "stations.opened": "新设服务站",
    "stations.renamed": "服务站更名",
    "stations.split": "拆分服务站",
    "veterans.moved": "档案随服务站转移",
    "veterans.anonymised": "档案匿名化",
    "veterans.claim_accepted": "同意认领",
    "veterans.claim_failed": "认领核对不符",
    "veterans.claim_refused": "不同意认领",
    "veterans.claim_withdrawn": "撤回认领",
    "veterans.claimed": "认领档案",
    "veterans.closed": "注销档案",
    "veterans.evidence_added": "上传证明材料",
    "veterans.evidence_judged": "核对证明材料",
    "veterans.evidence_removed": "删除证明材料",
    "veterans.exported": "导出档案",
    "veterans.opened": "建档",
    "veterans.merged": "合并档案",
    "veterans.unmerged": "撤销合并",
    "veterans.own_copy_taken": "本人下载信息副本",
    "veterans.reopened": "恢复档案",
    "veterans.removed": "撤销建档",
    "veterans.updated": "修改档案",
    "visits.recorded": "记录走访",
    "visits.corrected": "更正走访",
    "visits.return_registered": "登记返乡报到",
    "web.refused": "越权访问被拒绝",
}
VERBS |= {f"placements.{step}": label for step, label in STEP_LABELS.items()}
VERBS |= {f"sheets.{state.value}": f"导入：{state.label}" for state in ImportState}
VERBS |= {
    "employers.verify": "核验单位",
    "employers.refuse": "退回单位",
    "employers.suspend": "暂停单位",
    "positions.submit": "提交审核",
    "positions.approve": "通过岗位",
    "positions.refuse": "退回岗位",
    "positions.take_down": "暂停并退回岗位",
    "positions.remove": "撤下岗位",
    "positions.withdraw": "撤回岗位",
    "positions.pause": "暂停岗位",
    "positions.fill": "岗位招满",
    "positions.resume": "恢复招聘",
    "positions.reopen": "重新开放岗位",
    "positions.renew": "岗位续期",
    "positions.expire": "岗位到期",
    "positions.headcount_raised": "增加招聘人数",
    "positions.copied": "复制岗位",
    "positions.occupation_set": "更正职业分类",
    "positions.kept_beside": "确认不是重复岗位",
    "positions.removed": "撤销导入的岗位",
}

# What an event says besides.
DETAILS = {
    "after": "之后",
    "asked": "所求",
    "before": "之前",
    "count": "数量",
    "days": "天数",
    "fields": "字段",
    "filter": "条件",
    "method": "方式",
    "on": "生效日期",
    "on_behalf": "代办",
    "outcome": "结果",
    "purpose": "目的",
    "reason": "原因",
    "region": "区划",
    "role": "角色",
    "rows": "行数",
    "scope": "权限",
    "section": "部分",
    "station": "服务站编号",
    "status": "答复",
    "subject": "对象",
    "token": "令牌编号",
    "view": "页面",
}


def room_of(verb: str) -> str:
    """'veterans.opened' -> '退役军人档案'."""
    return ROOMS.get(verb.partition(".")[0], "其他")


def words(verb: str) -> str:
    """'veterans.opened' -> '建档'; a step of a state machine reads as its room and its own name."""
    return VERBS.get(verb) or f"{room_of(verb)}：{verb.partition('.')[2]}"
