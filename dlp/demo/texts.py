"""What the files of the demo say. All names and numbers are made up; identity numbers only have right check digits."""

from __future__ import annotations

NOTICE = """关于调整办公时间的通知

各部门：
  自下月起，上午办公时间调整为八时三十分至十二时，下午为十三时三十分至十七时三十分。
  请各部门做好衔接工作，如有疑问请与综合办公室联系。

综合办公室
"""

RED_HEADER = (
    "机密★10年",
    "某某单位文件",
    "某发〔2026〕12号",
    "关于做好年度重点工作的通知",
    "各所属单位：",
    "现将年度重点工作安排印发给你们，请结合实际认真贯彻执行。",
    "某某单位",
    "2026年3月2日",
)
"""One line of the page each, the mark in the top left corner as GB/T 9704 puts it."""

REGULATION = """保密工作管理办法

第一条 为规范保密工作，根据有关法律法规，制定本办法。
第二条 国家秘密的密级分为绝密、机密、秘密三级。
第三条 国家秘密标志由密级、标志符号和保密期限组成，应当标注在文件首页左上角，例如“机密★10年”。
第四条 涉密文件不得通过互联网及其他公共信息网络传递。
第五条 本办法自发布之日起施行。
"""

CUSTOMERS = (
    ("序号", "姓名", "身份证号码", "手机号码", "备注"),
    *(
        (str(number), name, identity, phone, "")
        for number, (name, identity, phone) in enumerate(
            (
                ("赵一", "110101199003070011", "13800138001"),
                ("钱二", "110101198507150033", "13800138002"),
                ("孙三", "310101199212120055", "13900139003"),
                ("李四", "440103198801010077", "13700137004"),
                ("周五", "330102197906180099", "13600136005"),
                ("吴六", "510104199511230011", "13500135006"),
                ("郑七", "420102198310050033", "15800158007"),
                ("王八一", "320102199008080055", "18600186008"),
                ("冯九", "610102198704040077", "18700187009"),
                ("陈十", "350102199109090099", "18800188010"),
                ("褚十一", "210102198211110011", "18900189011"),
                ("卫十二", "370102199605050033", "17700177012"),
            ),
            1,
        )
    ),
)
"""A customer list; the last digit of each identity number is put right by ``with_check_digit``."""


def with_check_digit(identity: str) -> str:
    """The identity number with the check character of GB 11643-1999 in its last place."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(identity[:17], weights, strict=True))
    return identity[:17] + "10X98765432"[total % 11]


def customers() -> tuple[tuple[str, ...], ...]:
    """The customer list with right check digits, the header row first."""
    head, *rows = CUSTOMERS
    return (head, *((n, name, with_check_digit(identity), phone, note) for n, name, identity, phone, note in rows))
