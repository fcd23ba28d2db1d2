"""Consent texts by purpose; every consent stores the text that was shown."""

from portal.accounts.enums import ConsentPurpose

WORDINGS = {
    ConsentPurpose.MATCHING: (
        "我同意平台使用我的服役专业、证书、技能和求职意愿为我推荐岗位。推荐不使用年龄、性别、民族、婚育、户籍、军衔等信息；"
        "可以随时撤回。"
    ),
    ConsentPurpose.EMPLOYER_CARD: (
        "我同意把服役专业、服役年限、学历、证书和所在县（市、区）做成匿名卡片，给已核验、岗位与我相符的用人单位查看。"
        "卡片不含姓名、电话、住址、年龄和本人填写的文字；可以随时撤回，撤回后立即不再展示。"
    ),
}
