"""Sentences for comparing two models where no rows are given."""

PROBES = (
    "这本书的内容很充实，读完以后收获很大。",
    "房间很小，隔音也差，早餐还可以。",
    "快递非常慢，等了整整一个星期才收到货。",
    "今年前三个季度，全国粮食产量比去年同期增长百分之二。",
    "手机用了不到一个月就坏了，客服一直没有回复。",
    "代表们认真讨论了政府工作报告，提出了许多建议。",
    "好",
    "服务态度很好，下次还会再来。价格稍微有点贵，不过可以接受。",
    "The service was quick and the staff could not have been kinder.",
    "It stopped working after two days, and nobody answered my letters.",
    "Return a list of all keys that are in the mapping and whose value is not None.",
    "Open the file, read the first line, and close it again.",
    "Prices rose by three percent in the second quarter, less than had been expected.",
    "What a dull film: two hours of talk and nothing happens.",
    "Yes",
    "The committee will meet again on Tuesday to vote on the amended proposal, then the text goes to the members.",
)
"""Chinese and English; reviews, news, technical text; one word and several sentences."""
