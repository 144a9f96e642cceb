"""What the signs of a finding mean, in words: a score is only redone by hand by somebody who can read them.

A sign that an organisation's own pack adds has no words here and is told by its name.
"""

from __future__ import annotations

import re

from dlp.language import Say

_SHAPE = {
    "isolated_line": Say("alone in its line", "独占一行"),
    "short_line": Say("little else in its line", "所在行文字很少"),
    "long_line": Say("within running text", "位于正文句子中"),
    "letter_before": Say("a letter directly before it", "前面紧接文字"),
    "letter_after": Say("a letter directly after it", "后面紧接文字"),
    "quoted": Say("a quotation mark touches it", "紧邻引号"),
    "in_quotes": Say("opens a quotation", "在引号内"),
    "broken_line": Say("spread over several lines or cells", "跨行或跨单元格"),
    "several_levels": Say("several levels in one line: a list", "同一行有多个密级（列举）"),
    "level_lines": Say("other levels in the lines around it: a list", "邻近各行为其他密级（列举）"),
    "level_notes": Say("other bracketed levels in the lines around it: a list", "邻近各行括注了其他密级（列举）"),
    "en_level_lines": Say("other English levels in the lines around it: a list", "邻近各行为其他英文密级（列举）"),
    "listed": Say("within a numbered item or article", "位于编号条目或法条中"),
    "value_list": Say("one of several values to choose from", "多个可选值之一"),
    "decorated": Say("a star stands before it", "前面有星号装饰"),
    "code": Say("within program code", "位于程序代码中"),
    "runs_on": Say("the words run on after it", "其后文字连续"),
    "separator": Say("written with separators", "带分隔符书写"),
    "field": Say("the value of a field", "为字段的取值"),
}
_PLACE = {
    "first_page_top": Say("at the top of the first page", "位于首页顶部"),
    "top_left": Say("in the corner that GB/T 9704 names", "位于 GB/T 9704 规定的版头左上角"),
    "big_type": Say("in large type", "字号较大"),
    "in_header": Say("in a header or footer", "位于页眉或页脚"),
    "in_title": Say("in a title", "位于标题"),
    "in_watermark": Say("in a watermark", "位于水印"),
    "in_text_box": Say("in a text box", "位于文本框"),
    "in_table": Say("in a table", "位于表格"),
    "in_metadata": Say("in the properties", "位于文档属性"),
    "in_file_name": Say("in the file's name", "位于文件名"),
    "in_comment": Say("in a comment or note", "位于批注或脚注"),
    "in_picture": Say("read from a picture", "从图片中识别"),
    "picture_head": Say("at the head of a picture", "位于图片首部"),
    "unsure": Say("read with little certainty", "识别把握不大"),
}
_MARK = {
    "strong_symbol": Say("with a star", "带星号"),
    "weak_symbol": Say("with a weaker sign than a star", "带其他符号"),
    "triangle": Say("with a triangle", "带三角符号"),
    "star_like": Say("with what may be a misread star", "带疑似误识的星号"),
    "sure_symbol": Say("with a star", "带星号"),
    "term": Say("with a term of secrecy", "带保密期限"),
    "term_in_words": Say("its term is written out, as in prose", "期限为汉字数字"),
    "paper_title": Say("the next line is the title of a paper", "下一行为公文标题"),
    "label_before": Say("after a label of a level", "前有“密级”等标签"),
    "seen_label": Say("after a label of a level", "前有“密级”标签"),
    "copy_number": Say("below a copy number", "上方有份号"),
    "urgency": Say("beside a degree of urgency", "邻近紧急程度"),
    "document_number": Say("a document number follows", "其后有发文字号"),
    "red_header": Say("a red header follows", "其后有发文机关标志"),
    "caveat": Say("with a caveat", "带附加限制"),
    "nato": Say("a NATO mark", "北约标志"),
    "authority": Say("beside a classification authority", "邻近定密依据"),
    "owner": Say("names whose secret it is", "写明秘密所有者"),
    "handled": Say("the line says how to handle it", "同行有保管要求"),
    "own_handled": Say("says itself how to handle it", "自带保管要求"),
    "rest_handled": Say("its rest says how to handle it", "后半部分为保管要求"),
    "handling": Say("a handling word in the line", "同行有使用要求"),
}
_TALK = {
    "teaching": Say("the line explains marks", "所在行在讲解标志"),
    "told": Say("the line tells about marks", "所在行在谈论标志"),
    "lone_mark": Say("the only mark alone on its line in a text about marks", "讲解标志的文件中唯一独占一行的标志"),
    "teaching_document": Say("the document teaches marks", "整份文件在讲解标志"),
    "taught_around": Say("lines around it explain marks", "邻近各行在讲解标志"),
    "option_line": Say("an option of a question", "为题目选项"),
    "options": Say("options around it", "邻近有选项"),
    "question": Say("a question around it", "邻近有题目"),
    "choice": Say("a choice in a form", "为表单选项"),
    "declassified": Say("declassified or published", "已解密或已公开"),
    "specimen": Say("a specimen around it", "邻近有样例字样"),
    "sample": Say("a sample value", "示例值"),
    "grading": Say("the line tells how levels are given", "所在行在谈论定密或标注"),
    "grading_near": Say("lines around it tell how levels are given", "邻近各行在谈论定密或标注"),
    "tlp_list": Say("a list of TLP colours", "TLP 颜色列举"),
    "tlp_lines": Say("other TLP colours in the lines around it: a list", "邻近各行为其他 TLP 颜色（列举）"),
    "tlp_talk": Say("the line tells about the protocol", "所在行在谈论该协议"),
}
_VALUE = {
    "check_digit": Say("the check digit is right", "校验码正确"),
    "known_region": Say("the region code exists", "地区码有效"),
    "unlisted_region": Say("the region code is not on the present list", "地区码不在现行目录"),
    "no_such_region": Say("there is no such region code", "地区码不存在"),
    "entropy": Say("looks random", "随机性高"),
    "three_kinds": Say("letters, digits and signs", "含字母、数字和符号"),
    "plain_date": Say("reads as a date", "可读作日期"),
    "hash_before": Say("part of a hash or id", "为哈希或编号的一部分"),
    "serial_word": Say("after an order or serial number's word", "前有订单号、流水号等字样"),
    "serial_column": Say("in a column of order or serial numbers", "位于订单号、流水号列"),
    "named": Say("a person's name beside it", "邻近有人名"),
    "room": Say("down to the room", "精确到门牌"),
    "key_body": Say("a key's body follows", "其后为密钥正文"),
    "login": Say("a login beside it", "邻近有账号或主机"),
    "meeting": Say("the password of a meeting or archive", "为会议、压缩包等的密码"),
    "secret_word": Say("the word secret beside it", "邻近有“密钥”字样"),
    "secret_near": Say("a matching secret beside it", "邻近有配对的密钥"),
    "secret_any_near": Say("a matching secret beside it", "邻近有配对的密钥"),
    "service_word": Say("a service line", "为客服或热线"),
    "service_mail": Say("a service address", "为公用邮箱"),
    "repeated": Say("repeated in the document", "文件中多次出现"),
    "always": Say("in any case", "始终"),
}
_SUBJECTS = {
    "id": Say("identity papers", "身份证件"),
    "permit": Say("residence permits", "居住证"),
    "permit_travel": Say("travel permits", "通行证"),
    "residence": Say("permanent residence", "永久居留"),
    "passport": Say("passports", "护照"),
    "card": Say("bank cards", "银行卡"),
    "phone": Say("telephones", "电话"),
    "mail": Say("e-mail", "邮箱"),
    "plate": Say("number plates", "车牌"),
    "vin": Say("vehicle numbers", "车架号"),
    "home": Say("addresses", "住址"),
    "gps": Say("positions", "定位"),
    "track": Say("whereabouts", "行踪"),
    "person": Say("persons", "个人"),
    "public": Say("public numbers of organisations", "单位公开编号"),
}
_WORDS = {**_SHAPE, **_PLACE, **_MARK, **_TALK, **_VALUE}
_NEAR = re.compile(r"([a-z_]+)_(word|word_far|column)\Z")
_DISTINCT = re.compile(r"distinct_(\d+)\Z")
_SECRET = re.compile(r"secret_(\d+)_near\Z")


def sign_words(name: str) -> Say:
    """What a sign means; its name where it has no words."""
    for known in (name, name.removeprefix("check_")):  # packs write so what a check saw
        if known in _WORDS:
            return _WORDS[known]
    if found := _DISTINCT.match(name):
        return Say("at least {n} different ones", "至少 {n} 个不同的值").format(n=found[1])
    if found := _SECRET.match(name):
        return Say("a secret of {n} characters beside it", "邻近有 {n} 位密钥").format(n=found[1])
    found = _NEAR.match(name)
    if found is None or found[1] not in _SUBJECTS:
        return Say(name, name)
    of = _SUBJECTS[found[1]]
    if found[2] == "column":
        return Say(f"in a column of {of.en}", f"位于{of.zh}列")
    if found[2] == "word_far":
        return Say(f"a word for {of.en} not far from it", f"不远处有{of.zh}字样")
    return Say(f"a word for {of.en} beside it", f"邻近有{of.zh}字样")
