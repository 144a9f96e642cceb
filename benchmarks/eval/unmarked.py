# ruff: noqa: E501 - sentences and markup stay on one line, so that they read as they are written
"""Hard negatives: what ordinary offices send that speaks of secrets, or looks like a number of a person, and is neither."""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.eval import numbers
from benchmarks.eval.marked import HAN, term
from benchmarks.eval.paper import Case, Paper, Want
from benchmarks.eval.words import WHO, body, filled, title

LEVEL = ("绝密", "机密", "秘密")
STAR = "★★★☆"


def regulation(chance: random.Random) -> Paper:
    """Articles on secrecy as laws and house rules write them."""
    articles = [
        "国家秘密的密级分为绝密、机密、秘密三级。",
        "绝密级国家秘密是最重要的国家秘密，泄露会使国家安全和利益遭受特别严重的损害。",
        "机密级国家秘密的保密期限不超过二十年，秘密级不超过十年。",
        "涉密公文应当根据涉密程度分别标注“绝密”“机密”“秘密”和保密期限。",
        "不属于国家秘密的，不得作出国家秘密标志。",
        "工作人员应当保守国家秘密和工作秘密，对履行职责中知悉的商业秘密、个人隐私予以保密。",
        "涉密人员离岗离职实行脱密期管理。",
        "禁止在互联网及其他公共信息网络中传递国家秘密。",
        "机关、单位应当将涉及绝密级或者较多机密级、秘密级国家秘密的内设机构确定为保密要害部门。",
        "密级、保密期限和知悉范围，应当根据情况变化及时变更。",
        "内部资料不得擅自对外提供，确需提供的，应当经主管负责人批准。",
        "国家秘密标志形式为“密级★保密期限”、“密级★解密时间”或者“密级★解密条件”。",
        "商业秘密，是指不为公众所知悉、具有商业价值并经权利人采取相应保密措施的技术信息、经营信息等商业信息。",
        "核心商密、普通商密的保密期限由产生部门提出意见，经保密委员会审定。",
        "收到的文件应当登记文号、密级、份数和紧急程度。",
    ]
    chosen = chance.sample(articles, chance.randint(5, len(articles)))
    return Paper(
        [
            chance.choice(("保密工作管理办法", "关于加强保密管理的规定", "工作秘密管理实施细则")),
            *(f"第{n}条　{text}" for n, text in enumerate(chosen, 1)),
        ]
    )


def talk(chance: random.Random) -> Paper:
    """Teaching how a mark is written."""
    mark = f"{chance.choice(LEVEL)}{chance.choice(STAR)}{term(chance)}"
    frames = [
        "例如：“{m}”表示该件为{l}级，保密期限按标注执行。",
        "标注示例：{m}，应当顶格编排在版心左上角第二行。",
        "如“{m}”，其中“★”前为密级，“★”后为保密期限。",
        "国家秘密标志由密级、标志符号和期限组成，如{m}。",
        "《格式》规定，密级一般用3号黑体字，形式是{m}，顶格编排。",
        "培训中有学员问：写成{m}是否正确？答：正确。",
        "请在首页左上角标注「{m}」字样。",
        "文件上的“{m}”是什么意思？",
    ]
    lines = [frame.format(m=mark, l=chance.choice(LEVEL)) for frame in chance.sample(frames, chance.randint(2, 5))]
    return Paper([chance.choice(("保密知识问答", "公文格式培训讲义", "定密工作培训教材")), *lines, *body(chance, 1, 2)])


def exam(chance: random.Random) -> Paper:
    """Questions with marks as answers."""
    lines = ["保密知识竞赛题库" if chance.random() < 0.5 else "2026年保密法规测试题"]
    for number in range(1, chance.randint(3, 8)):
        level, years = chance.choice(LEVEL), chance.choice(HAN)
        lines.append(f"{number}．一份文件为{level}级，保密期限是{years}年，标志形式应当是（ ）")
        options = [f"{level}{years}年", f"{level}★", f"{level}★{chance.randint(1, 30)}年", f"{level}●{years}年"]
        chance.shuffle(options)
        if chance.random() < 0.5:
            lines += [f"{letter}．{text}" for letter, text in zip("ABCD", options, strict=True)]
        else:
            lines.append("  ".join(f"{letter}、{text}" for letter, text in zip("ABCD", options, strict=True)))
        if chance.random() < 0.4:
            lines.append(f"答案：{chance.choice('ABCD')}")
    return Paper(lines)


def contract(chance: random.Random) -> Paper:
    """Clauses on confidentiality."""
    clauses = [
        "甲乙双方应对在合作中知悉的对方商业秘密承担保密义务，保密期限为{h}年。",
        "未经对方书面同意，任何一方不得向第三方披露本合同项下的保密信息。",
        "“保密信息”是指披露方以书面、口头或其他形式提供的技术秘密、经营秘密及客户名单。",
        "The Receiving Party shall keep all Confidential Information strictly confidential for a period of {n} years.",
        "乙方人员离职后仍应保守甲方的商业秘密，不得使用或者允许他人使用。",
        "合同终止后，乙方应在十日内返还或销毁载有保密信息的全部资料。",
        "统一社会信用代码：91110000600037341L　联系电话：010-6278{n}",
        "Confidential Information does not include information that is or becomes publicly known.",
    ]
    chosen = [
        c.format(h=chance.choice(HAN), n=chance.randint(1000, 9999))
        for c in chance.sample(clauses, chance.randint(4, 8))
    ]
    return Paper(
        [
            chance.choice(("技术服务合同", "保密协议", "采购合同")),
            *(f"{n}. {c}" for n, c in enumerate(chosen, 1)),
            *body(chance, 1, 2),
        ]
    )


def novel(chance: random.Random) -> Paper:
    """Stories, reviews, adverts."""
    lines = [
        "他把这个秘密藏在心里整整十年。", "《绝密飞行》《绝密档案》影评：★★★★☆ 推荐指数", "如何守住客户的秘密★五星好评★值得推荐",
        "她压低声音说：这可是机密，千万别告诉别人。", "秘密花园★梦幻之旅，限时特惠！", "“绝密？”老张笑了，“那都是三十年前的事了。”",
        "减肥的秘密：少吃多动。", "幸福的秘密★第三章", "他的秘密，终于被揭开了。", "机密？我看是故弄玄虚。", "秘密会议在凌晨结束。",
        "本店独家秘密·十年老汤底", "成功没有秘密*全靠坚持", "绝密档案★连载中★敬请期待", "密码锁的数字是她的生日。", "★★★★★ 五星 秘密武器好用",
    ]  # fmt: skip
    return Paper(
        [
            chance.choice(("秘密", "第三章　往事", "影评合集", "店铺评价"))
            + ("（节选）" if chance.random() < 0.8 else "的故事"),
            *chance.sample(lines, chance.randint(4, 9)),
            *body(chance, 1, 3),
        ]
    )


def technical(chance: random.Random) -> Paper:
    """Manuals, code and logs about passwords, keys and random numbers."""
    hexes = "".join(chance.choices("0123456789abcdef", k=40))
    lines = [
        "随机密码由系统生成，密码长度不少于8位，应当包含大小写字母和数字。", "密码：******", "初始密码：见附件一，首次登录后请立即修改。",
        "会议密码：8842", "腾讯会议号 123-456-789 密码：2580", f"commit {hexes}", f"sha256:{hexes}{hexes[:24]}",
        "password = os.environ['DB_PASSWORD']", "def login(username, password=None):", "export SECRET=${SECRET}",
        "机密计算（Confidential Computing）可信执行环境TEE白皮书", "密钥长度为256位，采用SM4算法加密。", "请输入密码：",
        "-----BEGIN CERTIFICATE-----", "将 YOUR_ACCESS_KEY 替换为自己的密钥。", "api_key: <your-api-key-goes-here>",
        f"time=17324123{chance.randint(10000, 99999)} trace_id={hexes[:32]} cost=12ms", "Wi-Fi 密码：welcome2026", "忘记密码怎么办？点击“找回密码”。",
        "口令应定期更换，不得使用生日、电话号码等。", "version 1.2.3.4 build 20240315", "uuid 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    ]  # fmt: skip
    return Paper(
        [
            chance.choice(("系统使用手册", "部署说明", "运维日志", "接口文档")),
            *chance.sample(lines, chance.randint(6, 14)),
        ]
    )


def trade_numbers(chance: random.Random) -> Paper:
    """Order numbers, timestamps, samples: many digits, nobody's."""
    head = chance.choice(
        (
            ["序号", "订单号", "金额"],
            ["序号", "流水号", "摘要"],
            ["序号", "运单号", "状态"],
            ["序号", "样品编号", "结果"],
            ["序号", "设备序列号", "位置"],
        )
    )
    make = chance.choice(
        (
            numbers.order,
            lambda c: "".join(c.choices("0123456789", k=c.choice((14, 16, 18, 20)))),
            lambda c: f"{c.randint(10**18, 2 * 10**18)}",
            lambda c: f"1732{c.randint(10**8, 10**9 - 1)}",
        )
    )
    rows = [
        [str(n), make(chance), chance.choice(("已完成", "100.00", "合格", "A区"))]
        for n in range(1, chance.randint(5, 16))
    ]
    lines = [title(chance)]
    if chance.random() < 0.5:
        lines += [f"{head[1]}：{row[1]}" for row in rows[:6]]
        rows = []
    return Paper(lines, table=[head, *rows] if rows else [])


def form(chance: random.Random) -> Paper:
    """Forms not filled in, lists to choose from, tables of values."""
    lines = [
        "密级（绝密/机密/秘密/内部/公开）：________", "下拉选项：公开、内部、秘密、机密、绝密；默认值为公开。", "密级：□绝密 □机密 □秘密 ☑公开",
        "密级：公开", "密级：__________ 保密期限：__________", "密级：公开/内部/秘密/机密", "密级选项：公开,普通商密,受控,核心商密,内部,秘密,机密",
        "密级：非密", "涉密等级（请选择）：绝密、机密、秘密", "密级：无",
    ]  # fmt: skip
    tables = [
        [["字段", "类型", "取值"], ["密级", "枚举", "公开/内部/秘密/机密/绝密"]],
        [["密级", "绝密", "机密", "秘密"], ["数量", "0", "0", "0"]],
        [["代码", "名称"], ["0", "公开"], ["1", "内部"], ["2", "秘密"], ["3", "机密"], ["4", "绝密"]],
        [["密级", "保密期限"], ["绝密", "不超过三十年"], ["机密", "不超过二十年"], ["秘密", "不超过十年"]],
        [["文件名称", ""], ["密级", ""], ["拟稿人", ""]],
    ]
    return Paper(
        [chance.choice(("文件审批单", "数据字典", "项目申报书（模板）")), *chance.sample(lines, chance.randint(1, 4))],
        table=chance.choice(tables),
    )


def public(chance: random.Random) -> Paper:
    """What is published, with one contact."""
    lines = [title(chance), *body(chance, 2, 4)]
    ends = [
        "（此件公开发布）", f"联系人：{numbers.person(chance)}　联系电话：010-6278{chance.randint(1000, 9999)}", "客服热线 400-810-1234",
        f"联系邮箱 office{chance.randint(1, 99)}@example.com", "地址：北京市海淀区中关村大街1号", f"联系手机：{numbers.mobile(chance)}",
        "内部审计部", "国家保密局关于开展机密级信息系统分级保护测评机构资质认定工作的公告", "本报告仅供参考。内部控制自我评价报告（公开披露稿）",
        f"邮编：100081　传真：010-6278{chance.randint(1000, 9999)}",
    ]  # fmt: skip
    name = chance.choice(
        ("通知", "商业秘密管理办法", "秘密花园读后感", "内部控制手册", "机密计算白皮书", "保密协议（模板）", "公告")
    )
    return Paper([*lines, *chance.sample(ends, chance.randint(2, 4))], name=name)


def english(chance: random.Random) -> Paper:
    """English prose about secrets."""
    lines = [
        "top secret 意为“绝密的”；confidential 意为“机密的，保密的”。", "The top secret recipe was kept in a vault.", "(C) Copyright 2026. All rights reserved.",
        "Internal use cases are listed in section 3.", "SECRET is the name of the environment variable.", "This is not a secret.",
        "(S) Small (M) Medium (L) Large", "TLP:RED, TLP:AMBER, TLP:GREEN and TLP:CLEAR are the four labels of the protocol.",
        "Level | Marking\tTOP SECRET, SECRET, CONFIDENTIAL", "Confidential computing protects data in use.", "Restricted Boltzmann machines are generative models.",
    ]  # fmt: skip
    return Paper(["Glossary", *chance.sample(lines, chance.randint(4, 9))])


def plain(chance: random.Random) -> Paper:
    """Nothing special at all."""
    table = [
        ["单位", "完成数", "比例"],
        *([chance.choice(WHO), str(chance.randint(1, 9999)), f"{chance.randint(1, 99)}%"] for _ in range(6)),
    ]
    return Paper(
        [
            title(chance),
            *body(chance, 3, 8),
            filled("{who}", chance),
            f"2026年{chance.randint(1, 12)}月{chance.randint(1, 28)}日",
        ],
        table=table if chance.random() < 0.3 else [],
    )


FAMILIES: tuple[Callable[[random.Random], Paper], ...] = (
    regulation, talk, exam, contract, novel, technical, trade_numbers, form, public, english, plain,
)  # fmt: skip


def unmarked(number: int, seed: int) -> Case:
    """The negative of this number."""
    chance = random.Random(f"{seed} unmarked {number}")
    family = FAMILIES[number % len(FAMILIES)]
    return Case(number, Want.NOTHING, family.__name__, "", "none", family(chance))
