"""The words of enums for people, spoken alike by the command line, the receipts and the console."""

from __future__ import annotations

from classifiers.model import Category, GapKind, GapReason, Level
from dlp.language import Say
from dlp.model import Action

ACTIONS = {
    Action.ALLOW: Say("allowed", "允许发送"),
    Action.ENCRYPT: Say("to be sealed", "须加密"),
    Action.HOLD: Say("held for a person", "扣留待审"),
    Action.BLOCK: Say("blocked", "禁止发送"),
}
LEVELS = {
    Level.PUBLIC: Say("public", "公开"),
    Level.INTERNAL: Say("internal", "内部"),
    Level.SENSITIVE: Say("sensitive", "敏感"),
    Level.SECRET: Say("secret", "秘密"),
    Level.HIGHLY_SECRET: Say("highly secret", "机密"),
    Level.TOP_SECRET: Say("top secret", "绝密"),
}
CATEGORIES = {
    Category.STATE_SECRET: Say("state secret", "国家秘密"),
    Category.WORK_SECRET: Say("work secret", "工作秘密"),
    Category.TRADE_SECRET_CORE: Say("core trade secret", "核心商业秘密"),
    Category.TRADE_SECRET: Say("trade secret", "商业秘密"),
    Category.PERSONAL_INFO: Say("personal information", "个人信息"),
    Category.SENSITIVE_PERSONAL_INFO: Say("sensitive personal information", "敏感个人信息"),
    Category.CREDENTIAL: Say("credential", "口令密钥"),
    Category.EXAM_PAPER: Say("exam paper", "试卷"),
    Category.INTERNAL: Say("internal", "内部"),
    Category.PUBLIC: Say("public", "公开"),
}
GAP_KINDS = {
    GapKind.UNREADABLE: Say("not read", "未能读取"),
    GapKind.UNSEEN: Say("not looked at", "未查看"),
}
GAP_REASONS = {
    GapReason.ENCRYPTED: Say("it is encrypted", "已加密"),
    GapReason.BROKEN: Say("it is broken", "文件损坏"),
    GapReason.TOO_DEEP: Say("too many containers inside each other", "嵌套层数过多"),
    GapReason.TOO_BIG: Say("it is too big", "内容过大"),
    GapReason.TOO_MANY: Say("it has too many parts", "部件过多"),
    GapReason.TOO_SLOW: Say("reading took too long", "读取超时"),
    GapReason.WORKER_LOST: Say("reading it ended the reader", "读取进程异常退出"),
    GapReason.UNKNOWN_TYPE: Say("its type is not known", "未知类型"),
    GapReason.NO_READER: Say("there is no reader for its type", "没有可用的读取器"),
    GapReason.CHANGED: Say("it changed while it was read", "读取过程中被改动"),
    GapReason.NO_TEXT: Say("no text was found in it", "没有文字层"),
    GapReason.PICTURE: Say("a picture", "图片"),
    GapReason.PICTURE_IN_PART: Say("what a picture holds beside marks", "图片中密级标志以外的内容"),
    GapReason.AUDIO: Say("sound", "音频"),
    GapReason.VIDEO: Say("film", "视频"),
    GapReason.FONT: Say("a font", "字体"),
}
