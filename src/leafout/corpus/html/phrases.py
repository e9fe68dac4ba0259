"""First words and phrases of the lines that stand around articles, in English and Chinese."""

import re

_FIRST = (
    r"shar(?:e|ing)\b|tweet\b|like this|follow\b|subscribe|sign (?:up|in)|log ?in|regist(?:er|ration)|"
    r"read (?:more|next|also|full)|(?:related|recommended|more (?:from|on|stories|news|in)|see also|also (?:read|see)|"
    r"you (?:may|might)|don.t miss|trending|most (?:read|popular|viewed)|popular|latest|up[ -]next|watch|view|click|"
    r"tap|listen|download)\b|advert|sponsored|promoted|photo|image|picture|credit|source:|getty|©|\(c\)|copyright|"
    r"all rights reserved|comments?\b|leave a|post a|reply|loading|newsletter|get (?:the|our)|stay |join |tags?\b|"
    r"topics?:|categor|filed under|posted|published|updated|last updated|by (?-i:[A-Z])|about the author|contact|"
    r"email|print|editor.s note|this (?:story|article|post)|the views|disclaimer|terms|privacy|tell us|"
    r"分享|转发|收藏|点赞|评论|网友|登录|注册|责任编辑|责编|编辑|作者|来源|记者|相关|推荐|更多|阅读|上一篇|下一篇|热门|标签|关键词|"
    r"版权|免责|声明|本文|原标题|扫码|扫一扫|关注|微信|打开|下载|广告|举报|字号|打印|返回|发布|点击|延伸|图集|图片|责任校对|校对|审核|"
    r"监制|出品"
)
_ANYWHERE = (
    r"©|all rights reserved|terms of (?:use|service)|privacy policy|cookies?\b|newsletter|sign up|subscri|"
    r"follow (?:us|him|her|me|@)|contributed to this|click here|reporting by|editing by|getty|e-?mail |"
    r"on (?:twitter|facebook|instagram)|"
    r"版权所有|责任编辑|未经.{0,12}(?:授权|许可)|转载|备案|ICP|公众号|二维码|客户端|本网|侵权"
)
_DATE = (
    r"\b(?:19|20)\d\d\b|\d{1,2}:\d\d|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d|\bago\b|"
    r"\d ?(?:年|月|日|小时前|分钟前)"
)
is_furniture = re.compile(rf"[\s(（\[【<>《「·•*|—-]{{0,4}}(?:{_FIRST})", re.IGNORECASE).match
"""Whether a line begins as those do that share, credit, sign, date or lead elsewhere."""
has_rights = re.compile(_ANYWHERE, re.IGNORECASE).search
"""Whether a line speaks of rights, subscriptions or those who made the page."""
is_dated = re.compile(_DATE, re.IGNORECASE).search
"""Whether a line holds a date or a time."""
