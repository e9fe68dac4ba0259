"""What names give away: the words of classes and ids by which web authors call their boxes.

The words are the field's common stock, in English and in pinyin as Chinese sites name their boxes.
"""

import functools
import re

CHROME, MINOR, TALK = 1, 2, 4
"""Furniture of a site; parts that stand around an article; what readers wrote."""

_TALK = "comment comments commenting commentlist commentbox disqus respond replies reply livefyre pinglun"
_CHROME = (
    "footer foot sidebar rail aside share shares sharing sharebar sharebtn sharetool sharetools shareline social"
    " socials sns addthis related relate relatednews recommend recommended recommendation recommendations recirc"
    " recirculation promo promos promotion advert adverts advertisement advertising ad ads adv adbox sponsor"
    " sponsored banner breadcrumb breadcrumbs crumb crumbs cookie cookies consent gdpr newsletter newsletters"
    " subscribe subscription subscriptions signup login register paywall popup modal overlay lightbox nav navbar"
    " navigation navi menu menus widget widgets toolbar tools toolbox pagination pager paging outbrain taboola"
    " zergnet trending popular mostread copyright legal disclaimer printonly skip feedback donate donation masthead"
    " upsell trinity teaser teasers follow following bookmark bookmarks interstitial marketing survey poll noprint"
    " hidden pullquote pullquotes breaking caption captions figcaption credit credits photographer gallery galleries"
    " slideshow carousel byline bylines author authors bio bios meta metadata date dateline datetime timestamp"
    " pubdate tag tags taglist keyword keywords xiangguan tuijian fenxiang daohang banquan dibu guanggao hotnews"
    " hotlist rank ranking paihang erweima qrcode ewm friendlink friendlinks topnav statement shengming jubao bianji"
    " editor laiyuan"
)
_MINOR = (
    "photo photos slide slides time published publish tagline category categories summary infobox factbox correction"
    " embed video videos player source info subtitle kicker eyebrow label labels topic topics header head headline"
    " title subhead dek standfirst deck hot toutu"
)
_PAIRED = (
    "mostread mostpopular mostviewed topstories morestories morenews morefrom moreon morelinks morearticles morein"
    " readmore readnext upnext nextup alsolike youmay seealso signup signin login friendlinks hotnews hotlist linklist"
    " inarticle postmeta entrymeta entryfooter"
)
_FLAG = {word: flag for flag, words in ((TALK, _TALK), (CHROME, _CHROME), (MINOR, _MINOR)) for word in words.split()}
_PAIRS = frozenset(_PAIRED.split())
_BESIDE = frozenset(("with", "has", "no", "without", "not", "non", "is", "pre", "after", "before"))
"""`content-with-sidebar` is no sidebar."""
_words = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])").findall
_MAX_NAME_CHARS = 300


@functools.lru_cache(maxsize=1 << 14)
def flags_of(names: str) -> int:
    """The flags CHROME, MINOR and TALK of a class and id.

    Args:
        names: as they stand, in kebab, snake or camel case.
    """
    flags, last = 0, ""
    for one in _words(names[:_MAX_NAME_CHARS]):
        word = one.lower()
        if last not in _BESIDE:
            flags |= _FLAG.get(word, 0)
        if last + word in _PAIRS:
            flags |= CHROME
        last = word
    return flags
