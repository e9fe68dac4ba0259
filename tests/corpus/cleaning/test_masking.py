import json

from leafout.corpus.cleaning.masking import mask_documents
from leafout.text.pii_rules import PersonalData


def test_a_dialogue_is_masked_alike_in_its_transcript_and_its_messages() -> None:
    extra = {"messages": [{"role": "user", "content": "我的电话13812345678"}, {"role": "assistant", "content": "好"}]}
    made = mask_documents(
        ["user: 我的电话13812345678\nassistant: 好", "mail a@b.com", "nothing here"],
        [None, "to c@d.org and a@b.com", None],
        [
            json.dumps(extra),
            None,
            json.dumps({"title": "寄给 e@f.cn", "id_str": "13812345678", "user_id": "13812345678"}),
        ],
        looked_at=[True] * 3,
        is_tagged=[False] * 3,
        rules=PersonalData(),
    )
    assert made.texts == ["user: 我的电话<PHONE_1>\nassistant: 好", "mail <EMAIL_1>", "nothing here"]
    assert made.seconds[1] == "to <EMAIL_2> and <EMAIL_1>"
    assert json.loads(made.extras[0] or "")["messages"][0]["content"] == "我的电话<PHONE_1>"
    other = json.loads(made.extras[2] or "")
    assert (other["title"], other["user_id"]) == ("寄给 <EMAIL_1>", "13812345678")
    assert made.counts["masked_email"] == 4


def test_rows_that_are_not_looked_at_stay_and_tagged_ones_are_refused() -> None:
    made = mask_documents(
        ["13812345678", "联系13812345678"],
        [None, None],
        [None, None],
        looked_at=[False, True],
        is_tagged=[False, True],
        rules=PersonalData(),
    )
    assert made.texts == ["13812345678", "联系13812345678"]
    assert made.refused == [1]
    assert not made.counts
