"""Web pages as sites make them, in Chinese and English, with everything around the text that must not come along."""

ENGLISH = (
    "The town council met on Tuesday evening, and after two hours of debate it agreed to plant four hundred trees.",
    "Residents of the northern streets, who had asked for shade since last summer, welcomed the decision.",
    "The first trees will be planted in October, when the ground is soft enough for young roots.",
)
CHINESE = (
    "市议会周二晚间开会，经过两个小时的讨论，决定在城北种植四百棵树，为居民遮阴降温。",
    "北部街区的居民自去年夏天以来一直要求增加树荫，他们对这一决定表示欢迎，并愿意参加养护。",
    "首批树木将于十月种下，那时土地松软，有利于幼根生长，养护工作由园林部门负责。",
)
CHROME = (
    "Home News Sport Weather",
    "首页 新闻 体育 天气",
    "Ten ways to cook an egg that nobody told you about, and the reasons why they work so well.",
    "We use cookies to make this site work, and to learn how you read it. You may refuse.",
    "I disagree with all of this, said a reader who had clearly not read the article, at great length.",
    "Copyright 2024 The Daily Leaf. All rights reserved.",
    "京ICP备12345678号 版权所有 未经授权禁止转载",
    "secret text of a hidden box, which is as long as any paragraph of the article itself, and ends.",
)


def page(paragraphs: tuple[str, ...], *, title: str = "Four hundred trees", lang: str = "en", head: str = "") -> str:
    """A page with navigation, hidden text, scripts, teasers, comments and a footer around its paragraphs."""
    text = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    teasers = "".join(
        f'<li><h3><a href="/t{n}">Another story that has nothing to do with it</a></h3><p>{CHROME[2]}</p></li>'
        for n in range(4)
    )
    return f"""<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title} - The Daily Leaf</title>
<meta property="og:site_name" content="The Daily Leaf">{head}<style>p {{ color: red }}</style></head>
<body class="has-sidebar">
<script>var x = "<p>script text, which is long enough to look like prose to anyone.</p>";</script>
<nav><a href="/">{CHROME[0]}</a></nav><div id="topnav"><a href="/">{CHROME[1]}</a></div>
<div class="cookie-banner"><p>{CHROME[3]}</p></div>
<div id="wrap"><div class="article-body"><h1>{title}</h1><p class="byline">By Ann Leaf, 2 March 2024</p>
{text}
<div style="display: none"><p>{CHROME[7]}</p></div><p hidden>{CHROME[7]}</p><p aria-hidden="true">{CHROME[7]}</p>
<template><p>{CHROME[7]}</p></template></div>
<ul class="list">{teasers}</ul>
<div id="comments"><p>{CHROME[4]}</p><p>{CHROME[4]}</p></div></div>
<footer><p>{CHROME[5]}</p></footer><div class="dibu">{CHROME[6]}</div></body></html>"""
