"""Strictness of a requirement: what is only preferred, and what may be waived."""

from typing import Literal

from matching.requirements.text import Lazy, Sentence

Subject = Literal["education", "years", "major", "certificate"]

PREFERENCE = Lazy(r"优先|优选|优考虑|优录|从优|[为更尤最者均的亦]佳|较佳|加分|更好|最好|为宜|优$|[为更]优")
_PREFERENCE_BEFORE = Lazy(
    r"最好|优先(?:考虑|录用|录取|聘用|选择|招聘)?|尽量|尽可能|如有|如果有|若有|倾向|欢迎(?=有|具)|加分项|加分"
)
# The preference behind may belong to another statement of the same clause.
_OTHER = {
    "education": Lazy(r"经验|经历|专业|从事|做过|证|有|能|熟|背景"),
    "years": Lazy(r"经验|经历|学历|专业|证"),
    "major": Lazy(r"学历者"),
    "certificate": Lazy(r"经验|经历|学历|专业"),
}
_CONNECTION = Lazy(r"(?:者|的|人员|人士|毕业|背景|等)*(?:或|且|和|并|及|与|、|/|\+|以及)")
# A preference for a group of people says nothing of what stands before it: 大专以上学历、退役军人优先.
_PERSON = Lazy(r"女|男|党员|退伍|退役|军人|本地|户籍|户口|形象|已婚|夫妻|应届")
_WAIVER = Lazy(
    r"放宽|放松|放低|破格|例外|除外|降低[^,]{0,6}(?:要求|条件|学历)|降低$"
    r"|者[^,]{0,3}(?:学历|专业|条件|经验|年限)[^,]{0,6}(?:不限|不拘|不做要求|不作要求)|可忽略|不受[^,]{0,6}限"
)
_WAIVER_NAMES = {
    "education": Lazy(r"学历|文凭|文化"),
    "years": Lazy(r"经验|年限"),
    "major": Lazy(r"专业"),
    "certificate": Lazy(r"证"),
}
_ANY_NAME = Lazy(r"学历|文凭|文化|年龄|年限|专业|性别|身高|户籍|证")
_VERB = Lazy(r" *(?:有|持|具|拥|能|会|熟|精|了解|掌握|对|需|须|要求|本科|大专|中专|高中|男|女|年龄|[0-9]+岁)")
_ANY_CUE = Lazy(r"经验|经历|学历|专业|证|从事|做过|以上|背景|者$")
_MAX_LIST = 5
_MAX_TAIL = 8
_MAX_ALONE = 4


def is_waived(sentence: Sentence, subject: Subject, end: int) -> bool:
    """Return whether a later part of the sentence, or what the clause begins with, allows exceptions."""
    match = _WAIVER.re.search(sentence.text, end)
    if not match:
        return False
    clause = sentence.clause(match.start())
    words = sentence.text[clause.start : clause.end]
    return bool(_WAIVER_NAMES[subject].re.search(words)) or not _ANY_NAME.re.search(words)


def _belongs(subject: Subject, between: str, is_numbered: bool) -> bool:
    """Return whether a preference behind `between` still speaks of the statement before it."""
    connection = _CONNECTION.re.match(between)
    if _PERSON.re.search(between) and (not connection or connection.group().endswith("、")):
        return False
    if not _OTHER[subject].re.search(between):
        return True
    return bool(connection) and not (is_numbered and "、" in between)


def _closes_list(sentence: Sentence, subject: Subject, number: int) -> bool:
    """Return whether the clause is part of a list whose last clause is a preference: 有A经验，B经验优先."""
    clauses, text = sentence.clauses, sentence.text
    for following in clauses[number + 1 : number + 1 + _MAX_LIST]:
        words = text[following.start : following.end]
        if following.opener != "," or _VERB.re.match(words):
            return False
        match = PREFERENCE.re.search(words)
        if match:
            word = "专业" if subject == "major" else "经验" if subject == "years" else "证"
            return word in words[: match.start()]
    return False


def _stands_before(sentence: Sentence, subject: Subject, start: int) -> bool:
    """Return whether the clause begins with a preference: 最好有, or a heading before it says 优先:."""
    text, clauses = sentence.text, sentence.clauses
    number = sentence.clause_number(start)
    opening = _PREFERENCE_BEFORE.re.search(text, clauses[number].start, start)
    if opening:
        before = text[clauses[number].start : opening.start()]
        if not _ANY_CUE.re.search(before.replace("学历", "") if subject == "education" else before):
            return True
    for clause in clauses[max(number - 3, 0) : number]:
        words = text[clause.start : clause.end]
        if text.startswith(":", clause.end) and ("优先" in words or "加分" in words):
            return True
    return False


def _stands_behind(sentence: Sentence, number: int, end: int) -> bool:
    """Return whether the next clause is the preference alone: 经验者 优先, 专业(优先)."""
    clauses = sentence.clauses
    if number + 1 >= len(clauses) or clauses[number].end - end > _MAX_TAIL:
        return False
    following = clauses[number + 1]
    words = sentence.text[following.start : following.end].lstrip(" 者的均可")
    is_near = following.opener in " (" or len(words) <= _MAX_ALONE
    return is_near and words.startswith(("优先", "为佳", "最佳", "更佳", "尤佳", "加分"))


def is_preference(
    sentence: Sentence, subject: Subject, start: int, end: int, *, is_numbered: bool = False
) -> bool:
    """Return whether what stands from `start` to `end` is only preferred.

    Args:
        sentence: the sentence.
        subject: kind of the statement.
        start, end: its place in the sentence.
        is_numbered: whether it names a number of years; such a one is not taken into a list of preferences.
    """
    number = sentence.clause_number(max(end - 1, start))
    tail = sentence.text[end : sentence.clauses[number].end]
    match = PREFERENCE.re.search(tail)
    if match and _belongs(subject, tail[: match.start()], is_numbered):
        return True
    if sentence.is_optional or _stands_before(sentence, subject, start):
        return True
    if match:
        return False
    return _stands_behind(sentence, number, end) or (
        not is_numbered and _closes_list(sentence, subject, number)
    )


def is_strict(
    sentence: Sentence, subject: Subject, start: int, end: int, *, is_numbered: bool = False
) -> bool:
    """Return whether what stands from `start` to `end` is neither a preference nor waived."""
    return not (
        is_preference(sentence, subject, start, end, is_numbered=is_numbered)
        or is_waived(sentence, subject, end)
    )
