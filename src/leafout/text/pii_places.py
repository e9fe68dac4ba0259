"""Postal addresses down to a house: Chinese ones from division to room, English ones with number and street."""

import re
from collections.abc import Iterator

Found = tuple[int, int, str]

_HOUSE = re.compile(r"[0-9A-Za-z]{1,6}(?:[-－][0-9A-Za-z]{1,4}){0,3}(?:号院?|弄|栋|幢|单元|室|组)")
_ROOMS = re.compile(
    r"(?:[，, ]?[\u4e00-\u9fff]{0,8}[0-9A-Za-z]{1,5}(?:[-－][0-9A-Za-z]{1,4}){0,3}"
    r"(?:号楼|号院|号|楼|栋|幢|座|单元|室|层|户|房)|[一-龥]{2,8}(?:大厦|小区|花园|公寓|家园|广场)(?=[0-9A-Za-z])){1,6}"
)
_HAN_BEFORE = 40
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff0-9]")
_ROAD = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:路|街|大街|大道|道|巷|弄|胡同|街道|段|里弄)(?:[东西南北中]|[东西南北中一二三四五六七八九十]段)?\Z"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,}(?:小区|花园|公寓|大厦|家园|新村|村|苑|社区|广场|园区|嘉园|新城)(?:第)?\Z")
_DIVISION = re.compile(r"[\u4e00-\u9fff](?:省|自治区|市|自治州|地区|区|县|镇|乡|旗)")
_PROVINCE = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
    "|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_CUT = re.compile(
    "地址[是为]?|住址|位于|坐落[于在]?|住在|家住|现居|寄[到往至]|送[到往至]|来自|前往|搬到|在|到|至|往|从|是|为|于|住|去|和|与|的|了"
)
_ADDRESS_WORD = re.compile(r"地址|住址|位于|坐落|住在|家住|寄[到往至]|送[到往至]|收货|现居|户籍|籍贯")
_NO_ROAD = re.compile(
    r"(?:知道|频道|渠道|报道|味道|管道|轨道|跑道|街道办|铁路|高速公路|公路|线路|电路|道路|网路|思路|之路|一路|走路)\Z"
)

_STREET = re.compile(
    r"(?<![\w./-])[0-9]{1,6}[A-Za-z]?(?:-[0-9]{1,4})? (?:[NSEW]\.? |North |South |East |West |Old |New )?"
    r"(?:(?:[A-Z][\w'’.-]{0,30}|[0-9]{1,3}(?:st|nd|rd|th)) ){1,4}?"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Ter|"
    r"Parkway|Pkwy|Highway|Hwy|Circle|Cir|Crescent|Close|Trail|Row)\b\.?"
)
_STREET_REST = re.compile(
    r"(?:,? (?:[NSEW]{1,2}\b\.?))?(?:,?\s{1,2}(?:Apt|Apartment|Suite|Ste|Unit|Room|Rm|Floor|Fl|#)\.? ?#?[\w-]{1,6})?"
    r"(?:,?\s{1,2}(?:[A-Z][\w'’.-]{1,20} ?){1,3},?\s{1,2}(?:[A-Z]{2} )?[0-9]{5}(?:-[0-9]{4})?(?![0-9]))?"
)


def chinese_addresses(text: str) -> Iterator[Found]:
    """Chinese addresses that reach a house number, and name a division or follow a word such as 地址."""
    done = 0
    for house in _HOUSE.finditer(text):
        if house.start() < done:
            continue
        begin = max(done, house.start() - _HAN_BEFORE)
        window = text[begin : house.start()]
        begin += max((cut.end() for cut in _NOT_HAN.finditer(window)), default=0)
        window = text[begin : house.start()]
        is_road = bool(_ROAD.search(window)) and not _NO_ROAD.search(window)
        if not is_road and not _PLACE.search(window):
            continue
        start = begin + _head(window)
        inside = text[start : house.start()]
        before = text[max(done, start - 8) : start]
        if not (_DIVISION.search(inside) or _PROVINCE.match(inside) or _ADDRESS_WORD.search(before)):
            continue
        rest = _ROOMS.match(text, house.end())
        done = rest.end() if rest else house.end()
        yield start, done, "ADDRESS"


def _head(window: str) -> int:
    """Where the address begins in the run of characters before the house number."""
    province = _PROVINCE.search(window)
    if province:
        return province.start()
    division = _DIVISION.search(window)
    cut = 0
    for match in _CUT.finditer(window):
        if division is None or match.end() < division.end():
            cut = match.end()
    return cut


def english_addresses(text: str) -> Iterator[Found]:
    """English addresses: a number, a capitalised name, a word for street; then unit, city and post code if any."""
    for street in _STREET.finditer(text):
        rest = _STREET_REST.match(text, street.end())
        yield street.start(), rest.end() if rest else street.end(), "ADDRESS"
