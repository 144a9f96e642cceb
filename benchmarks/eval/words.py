# ruff: noqa: E501 - 汉字 count double for the line length
"""Sentences that fill a document. Written for this purpose; none says anything about a real body or person."""

from __future__ import annotations

import random

SENTENCES = (
    "{who}于{when}召开会议，研究部署{what}有关事项，分管负责同志主持会议并讲话。",
    "会议指出，{what}是今年的重点任务，各有关单位要提高认识，压实责任，抓好落实。",
    "截至{when}，{what}完成投资{n}万元，占年度计划的{p}%，比上年同期提高{d}个百分点。",
    "根据《关于进一步做好{what}的通知》要求，{who}制定了实施方案，明确了时间表和路线图。",
    "请于{when}前将书面意见反馈至综合处，逾期未反馈视为无意见。",
    "下一步，{who}将继续加强统筹协调，完善工作机制，推动{what}取得新的进展。",
    "现场共检查点位{n}处，发现问题{d}个，已督促责任单位限期整改到位。",
    "项目组对样机进行了{d}轮试验，关键指标达到设计要求，试验记录完整。",
    "本季度销售收入{n}万元，毛利率{p}%，主要原因是原材料价格回落和产品结构优化。",
    "附件包括任务分解表、联系人名单和进度安排，请各单位认真对照执行。",
    "{who}负责同志到基层调研{what}情况，听取了一线人员的意见和建议。",
    "经研究，同意{who}提出的调整方案，相关费用从年度预算中列支。",
    "培训采取集中授课与现场教学相结合的方式，参训人员{n}人，考核合格率{p}%。",
    "目前仍存在底数不清、标准不一、协同不畅等问题，需要在下一阶段着力解决。",
    "设备采购严格执行招标程序，评标委员会由{d}名专家组成，结果已按规定公示。",
    "天气转凉，他把院子里的落叶扫成一堆，坐在台阶上看着远处的山。",
)
WHO = (
    "综合办公室",
    "规划财务处",
    "某某局",
    "项目管理部",
    "技术中心",
    "市政务服务中心",
    "某研究所",
    "市场部",
    "审计处",
    "第三分公司",
)
WHAT = (
    "数字化建设",
    "安全生产",
    "乡村道路养护",
    "设备更新改造",
    "档案整理",
    "老旧小区改造",
    "年度审计",
    "水质监测",
    "新产品研制",
    "人才引进",
)
TITLES = (
    "关于做好{what}工作的通知", "{what}情况汇报", "{what}实施方案", "{who}会议纪要", "关于报送{what}材料的函", "{what}调研报告",
    "{what}工作总结", "{what}技术要求", "关于{what}的请示", "{what}年度计划",
)  # fmt: skip


def filled(template: str, chance: random.Random) -> str:
    """A template with its blanks filled."""
    when = f"{chance.randint(2019, 2026)}年{chance.randint(1, 12)}月{chance.randint(1, 28)}日"
    return template.format(
        who=chance.choice(WHO), what=chance.choice(WHAT), when=when, n=chance.randint(20, 9000),
        p=chance.randint(10, 99), d=chance.randint(2, 9),
    )  # fmt: skip


def title(chance: random.Random) -> str:
    """A title."""
    return filled(chance.choice(TITLES), chance)


def body(chance: random.Random, least: int = 2, most: int = 6) -> list[str]:
    """Some paragraphs."""
    return [
        "".join(filled(chance.choice(SENTENCES), chance) for _ in range(chance.randint(1, 3)))
        for _ in range(chance.randint(least, most))
    ]
