"""What only its surroundings give away: names after titles and labels, passports, plates, dates of birth. By choice."""

import re
from collections.abc import Iterator

Found = tuple[int, int, str]

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔"
    "白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂焦向柳邢岳齐梅莫庄辛管祝左涂谷祁舒耿"
    "牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闫解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫"
)
"""The commonest Chinese family names, the most frequent first (three hundred hold over 95 % of people)."""
_NO_SURNAMES_BEFORE_TITLE = "向成位常任安单解强车房边包华文武方阳左关古"
_DOUBLE = "欧阳|司马|诸葛|上官|司徒|东方|独孤|南宫|夏侯|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|轩辕|端木|申屠"
_SINGLE_AT_TITLE = "".join(char for char in _SURNAMES if char not in _NO_SURNAMES_BEFORE_TITLE)

_LABELLED = re.compile(
    "(?:姓名|联系人|收件人|收货人|寄件人|户主|申请人|法定代表人|法人代表|经办人|负责人|当事人|患者|客户|持卡人|被告人?|原告|我叫|名叫)"
    rf"[:：是为]?[ \u3000]{{0,2}}((?:{_DOUBLE}|[{_SURNAMES}])(?:某某?|[\u4e00-\u9fff]{{1,2}}?))"
    r"(?=$|[^\u4e00-\u9fff]|电话|手机|联系|先生|女士|小姐|性别|身份|出生|住址|地址|家住|的|同志|男|女)"
)
_TITLED = re.compile(
    rf"((?:{_DOUBLE}|[{_SINGLE_AT_TITLE}])[\u4e00-\u9fff]{{0,2}}?)(?=先生|女士|小姐|老师|医生|大夫|教授|经理|主任|律师|师傅|阿姨|叔叔|同学)"
)
_ENGLISH = r"(?:[A-Z][\w'’-]{1,30}|[A-Z]\.)(?:[ ](?:[A-Z][\w'’-]{1,30}|[A-Z]\.|de|van|von|der|la|bin)){0,3}"
_MISTER = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam)\.? ({_ENGLISH})")
_CALLED = re.compile(
    r"(?:\b[Mm]y name(?: is|'s) |\b(?:[Ff]ull |[Ff]irst |[Ll]ast )?[Nn]ame: ?|\bDear "
    r"|\b(?:[Ss]incerely|[Rr]egards),\s{1,3})"
    rf"(?:(?:Mr|Mrs|Ms|Dr)\.? )?({_ENGLISH})"
)
_NOT_NAMES = frozenset(
    {
        "Sir",
        "Madam",
        "Customer",
        "All",
        "Friend",
        "Friends",
        "Team",
        "Editor",
        "Colleagues",
        "Reader",
        "Readers",
        "User",
    }
)

_PASSPORT = re.compile(
    r"(?:护照|通行证|passport)[^\n]{0,20}?(?<![0-9A-Za-z])([A-Z]{1,2}[0-9]{7,8}|[0-9]{9})(?![0-9A-Za-z])", re.IGNORECASE
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][ ·•・]?(?=[A-HJ-NP-Z]{0,3}[0-9])"
    r"[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![0-9A-Za-z])"
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATE = (
    r"(?:[0-9]{4}年[0-9]{1,2}月(?:[0-9]{1,2}[日号])?|[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{2,4}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)? {_MONTH},? [0-9]{{4}}|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}})(?![0-9])"
)
_BORN = re.compile(
    r"(?:\b(?:born(?: on)?|date of birth|birth ?date|birthday|d\.?o\.?b\.?)|出生(?:日期|年月|于)?|生日|生于)"
    rf"[ :：是为]{{0,3}}(?:is )?({_DATE})",
    re.IGNORECASE,
)
_BORN_AFTER = re.compile(rf"(?<![0-9])({_DATE})(?=(?:出?生)(?![\u4e00-\u9fff]))")


def names(text: str) -> Iterator[Found]:
    """Names after a label (姓名, `my name is`), and beside a title (先生, `Mr`)."""
    for pattern in (_LABELLED, _TITLED):
        for match in pattern.finditer(text):
            yield *match.span(1), "NAME"
    for pattern in (_MISTER, _CALLED):
        for match in pattern.finditer(text):
            if match[1].partition(" ")[0] not in _NOT_NAMES:
                yield *match.span(1), "NAME"


def passports(text: str) -> Iterator[Found]:
    """Passport numbers within twenty characters after the word."""
    for match in _PASSPORT.finditer(text):
        yield *match.span(1), "PASSPORT"


def plates(text: str) -> Iterator[Found]:
    """Chinese number plates (GA 36)."""
    for match in _PLATE.finditer(text):
        yield *match.span(), "PLATE"


def births(text: str) -> Iterator[Found]:
    """Dates of birth: a date beside a word that says so."""
    for pattern in (_BORN, _BORN_AFTER):
        for match in pattern.finditer(text):
            yield *match.span(1), "BIRTH"
