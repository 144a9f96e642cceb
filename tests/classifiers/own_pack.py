"""A pack of one rule, as an organisation would write it."""

OWN = """
schema: 1
pack: own
title: {en: Own, zh: 自有}
rules:
  - id: own.project
    title: {en: Project, zh: 项目}
    category: trade_secret
    level: sensitive
    pattern: '北斗星计划'
    needs: [北斗星]
    base: 70
    matching: [关于北斗星计划的会议]
    not_matching: [北斗导航]
"""
