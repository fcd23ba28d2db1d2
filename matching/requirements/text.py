"""Text of an advertisement as folded sentences and clauses; all places are those of the text as written."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

MAX_SENTENCE = 400
"""Characters after which a sentence ends in any case: the work for one sentence is bounded, so that the time
for a text grows with its length."""

MAX_CUES = 10
"""Cues of one kind that are looked at in one sentence."""


class Lazy:
    """Regular expression that is compiled at first use, so that importing costs nothing."""

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def re(self) -> re.Pattern[str]:
        return re.compile(self.source)


# Traditional forms of the characters that the rules use.
_TRADITIONAL = (
    "並并佔占併并來来侽男倆俩倉仓個个們们偵侦偽伪備备傢家傭佣傳传傾倾僅仅僞伪價价儀仪儘尽優优儲储內内兩两冊册別别則则創创剷铲劃划劑剂動动務务勝胜協协単单卽即厤历厭厌參参叄叁"
    "員员問问單单営营噴喷噹当嚮向団团囯国図图國国園园圖图團团埰采執执報报場场塊块壓压夠够夥伙奬奖學学寀采實实審审寬宽專专對对導导屆届屬属崗岗嵗岁師师帯带帶带幫帮幷并幹干幾几"
    "庁厅広广庫库廂厢廚厨廠厂廣广廳厅弔吊強强彆别彎弯彔录從从復复愛爱態态慮虑憑凭應应戦战戰战戶户戸户拋抛掃扫掛挂採采揀拣換换摺折撥拨擁拥擇择擔担據据擺摆攜携攝摄敎教敗败數数"
    "昇升時时晉晋晝昼暫暂曆历曏向書书會会朮术査查條条業业極极榦干榮荣構构樂乐樑梁樓楼標标橋桥機机檔档檢检檯台檻槛櫃柜權权歡欢歲岁歷历気气氣气決决沒没沖冲況况涼凉淩凌測测準准"
    "溫温滿满漢汉潔洁澱淀濟济為为無无熱热營营爐炉爲为爾尔牀床獎奖獨独獲获獸兽獻献現现環环產产産产甪用畢毕畫画畵画當当痠酸療疗発发發发盡尽監监碩硕確确碼码礎础礦矿祕秘禮礼稅税"
    "種种稱称積积穫获競竞箇个節节範范築筑簡简簽签籤签糰团紀纪約约紉纫納纳純纯紙纸級级紡纺紹绍終终組组経经結结絕绝絡络給给統统絶绝經经綫线維维網网緊紧線线編编練练緻致縫缝總总"
    "績绩織织繞绕繪绘繫系繳缴繼继續续纍累纔才罰罚義义習习聞闻聯联聲声職职脩修脫脱腦脑臨临臺台與与興兴舖铺著着葯药蓆席蔘参薬药藝艺藥药處处號号術术衕同衛卫衝冲裏里補补裝装裡里"
    "製制複复襬摆覈核見见規规視视観观覺觉觀观訂订計计訊讯訓训託托記记設设許许註注証证評评詢询試试話话該该誌志認认語语誠诚說说説说課课調调請请論论諮咨謂谓講讲謝谢證证識识譯译"
    "議议護护譽誉讀读豐丰負负財财貢贡貨货責责貳贰買买費费貼贴貿贸資资賓宾賣卖質质賬账購购踐践車车軟软較较載载輔辅輕轻輛辆輪轮輯辑輸输轉转辦办辯辩農农這这連连週周進进遊游運运"
    "過过達达遙遥遞递遠远適适遶绕選选邏逻醫医釀酿針针釦扣鈑钣鈡钟鉆钻鉗钳銀银銑铣銷销鋪铺錄录録录錶表鍋锅鍼针鍾钟鏈链鏟铲鐘钟鑑鉴鑒鉴鑽钻長长門门開开間间閤合闆板關关陞升陳陈"
    "険险隊队階阶際际隨随險险隻只雙双離离電电韓韩項项須须預预頒颁領领頻频題题願愿類类顧顾颱台飛飞飪饪飯饭飲饮養养駐驻駕驾駛驶験验驗验體体髙高髮发鬆松鬚须鹽盐麪面麫面麵面麼么"
    "麽么點点鼕冬齡龄齣出"
)
_SIMPLIFIED = dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True))
_DASHES = frozenset("‐‑‒–—―−─━﹣")
_BULLETS = frozenset("●◆■★▲◇□☆△•▪➢✦✧⊙◎※")


def _folded_character(character: str) -> str:
    """Return the half-width, lower-case, simplified form of a character, always one character."""
    if character in _SIMPLIFIED:
        return _SIMPLIFIED[character]
    if character in _BULLETS:
        return "\n"
    if character in _DASHES:
        return "-"
    digit = unicodedata.decimal(character, None)  # digits of any script
    if digit is not None:
        return str(digit)
    form = unicodedata.normalize("NFKC", character).lower()
    if len(form) == 1:
        return _SIMPLIFIED.get(form, " " if form.isspace() and form not in "\r\n" else form)
    # A number in a circle or in brackets starts an item of a list.
    return "\n" if unicodedata.category(character) == "No" else character


# Characters of a word that stand apart: '学 历', '经 验'.
_MAY_BE_SPACED = Lazy(r" [\u4e00-\u9fff] ")
_SPACED = Lazy(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?: [\u4e00-\u9fff](?![\u4e00-\u9fff])){1,12}")


def _close_up(match: re.Match[str]) -> str:
    word = match.group()
    return word.replace(" ", "").ljust(len(word))


def fold(text: str) -> str:
    """Return the text in half width, lower case and simplified characters, as long as it was."""
    narrow = text.translate({ord(c): _folded_character(c) for c in set(text)})
    return _SPACED.re.sub(_close_up, narrow) if _MAY_BE_SPACED.re.search(f"{narrow} ") else narrow


_BREAK = Lazy(
    r"[\n\r。;!?…]+|(?<![0-9.a-z])[1-9][0-9]?[、.)](?![0-9])|(?<![\u4e00-\u9fff])[一二三四五六七八九十][、.)]"
)
# Where a clause ends: punctuation, and a space behind or before a word that closes or opens a statement.
_BOUNDARY = Lazy(
    r"[,:()\[\]{}<>【】《》〔〕|\"“”\t•*]| {2,}|(?<![0-9])-(?![0-9])|-{2,}|—{2,}"
    r"|(?<=[历验业先限虑上岁名证者可]) | (?=有|具|男|女|大专|本科|中专|高中|初中|需|须|熟|要求|学历|专业"
    r"|不限|无)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """Part of a sentence; `opener` is the sign before it, empty for the first."""

    start: int
    end: int
    opener: str


@dataclass(frozen=True)
class Sentence:
    """Folded sentence of an advertisement.

    Attributes:
        text: the folded sentence.
        offset: its place in the whole text.
        title: folded title of the advertisement.
        is_optional: whether the heading above says that all this is only preferred.
    """

    text: str
    offset: int = 0
    title: str = ""
    is_optional: bool = False

    @cached_property
    def clauses(self) -> list[Clause]:
        clauses, start, opener = [], 0, ""
        for match in _BOUNDARY.re.finditer(self.text):
            clauses.append(Clause(start, match.start(), opener))
            start, opener = match.end(), match.group()[-1]
        clauses.append(Clause(start, len(self.text), opener))
        return clauses

    @cached_property
    def _starts(self) -> list[int]:
        return [clause.start for clause in self.clauses]

    def clause_number(self, place: int) -> int:
        """Return the number of the clause that a place of the sentence belongs to."""
        return max(bisect_right(self._starts, place) - 1, 0)

    def clause(self, place: int) -> Clause:
        return self.clauses[self.clause_number(place)]

    def before(self, place: int, most: int = 40) -> str:
        """Return what stands before a place in its clause, at most so many characters."""
        return self.text[max(self.clause(place).start, place - most) : place]

    def after(self, place: int, most: int = 40) -> str:
        """Return what stands behind a place in its clause, at most so many characters."""
        return self.text[place : min(self.clause(max(place - 1, 0)).end, place + most)]


_OPTIONAL_HEADING = Lazy(
    r"优先(?:条件|考虑|录用|录取|项)?[: ]*$|加分(?:项|条件)?[: ]*$|(?:条件|要求|情况)[^,]{0,6}优先"
)
_HEADING = Lazy(
    r"^.{0,14}(?:要求|职责|待遇|福利|条件|资格|说明|内容|简介|时间|地点|描述|介绍|我们)[^,]{0,4}:?$"
)


def _opens_preferences(line: str, is_optional: bool) -> bool:
    """Return whether the lines behind a short line are preferences; `is_optional` if it is no heading."""
    if _OPTIONAL_HEADING.re.search(line):
        return line.startswith(("优先", "加分", "满足", "具备", "符合", "以下", "有以下"))
    return is_optional and not _HEADING.re.match(line)


def sentences(text: str, title: str = "") -> Iterator[Sentence]:
    """Yield the sentences of a folded text in order; an item of a list is a sentence."""
    is_optional, start = False, 0
    for match in (*_BREAK.re.finditer(text), None):
        end = match.start() if match else len(text)
        while start < end:
            part = text[start : min(end, start + MAX_SENTENCE)]
            stripped = part.strip(" :-*")
            if stripped:
                if len(stripped) < 24:
                    is_optional = _opens_preferences(stripped, is_optional)
                yield Sentence(part, start, title, is_optional)
            start += len(part)
        start = match.end() if match else end
