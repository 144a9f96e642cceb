"""Every failure that has a name: what happens to the file, what the person sees, what is logged. One table, no other.

``docs/failures.md`` is written from it (``python -m bootstrap.failures``), and a test compares the two.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dlp.errors import DlpError, KeysError
from dlp.files import ChangedError
from dlp.language import Say


class Failure(StrEnum):
    """What can go wrong with a file on its way."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    DENIED = "denied"
    GONE = "gone"
    FOLDER_GONE = "folder_gone"
    CHANGING = "changing"
    SPECIAL = "special"
    NAME_TAKEN = "name_taken"
    TOO_MANY_OPEN = "too_many_open"
    DEVICE = "device"
    KEYS = "keys"
    JOURNAL = "journal"
    UNREADABLE = "unreadable"
    READER_LOST = "reader_lost"
    REST_GONE = "rest_gone"
    REST_LEFT = "rest_left"
    OFFICE_AWAY = "office_away"
    REVOKED = "revoked"
    QUEUE_FULL = "queue_full"
    BAD_POLICY = "bad_policy"
    KILLED = "killed"
    CLOCK = "clock"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    title: Say
    file: Say
    """What happens to the file."""
    person: Say
    """What the person sees."""
    log: str
    """Name of the log line or event."""
    again: bool = True
    """Whether it is tried again by itself."""


CLAIM = Say("it stays in the claim, whole", "文件完整保留在接收区")
DROP = Say("it stays where it was dropped", "文件留在原处")
TABLE: Mapping[Failure, Row] = MappingProxyType(
    {
        Failure.DISK_FULL: Row(
            Say("no space or no inodes are left, or a quota is reached", "磁盘空间、索引节点或配额已用尽"),
            Say(
                "it stays in the drop or the claim, whole; drafts are removed", "文件完整保留在原处或接收区，草稿被清除"
            ),
            Say("status and where say that space is missing", "状态和查询结果提示空间不足"),
            "send.postponed",
        ),
        Failure.READ_ONLY: Row(
            Say("the file system became read-only", "文件系统变为只读"),
            CLAIM,
            Say("status and where say so", "状态和查询结果给出提示"),
            "send.postponed",
        ),
        Failure.DENIED: Row(
            Say("this account may not read or write there", "当前账户无读写权限"),
            DROP,
            Say("a note in Held says which file and why", "“已扣留”中有说明，指出文件和原因"),
            "drop.refused",
        ),
        Failure.GONE: Row(
            Say("the drop vanished before it was taken over", "文件在接收前消失"),
            Say("there is none; the person moved or removed it", "文件已被本人移走或删除"),
            Say("nothing", "无提示"),
            "-",
            again=False,
        ),
        Failure.FOLDER_GONE: Row(
            Say("the outbox was deleted, unmounted or renamed", "外发文件夹被删除、卸载或改名"),
            Say(
                "claims inside it went with it; the vault is elsewhere", "其中的接收区随之消失；保管库在别处，不受影响"
            ),
            Say(
                "it is made anew when its parent is there; status shows its health",
                "上级文件夹存在时重新创建；状态中显示健康情况",
            ),
            "outbox.unusable",
        ),
        Failure.CHANGING: Row(
            Say("the file does not stop changing while it is judged", "文件在检查过程中不断变化"),
            CLAIM,
            Say("where says that it is still being judged", "查询结果显示仍在检查"),
            "send.postponed",
        ),
        Failure.SPECIAL: Row(
            Say(
                "it is a link, a device, a socket, or a folder with one in it",
                "链接、设备、套接字，或含有此类文件的文件夹",
            ),
            DROP,
            Say("a note in Held says why", "“已扣留”中有说明"),
            "drop.refused",
            again=False,
        ),
        Failure.NAME_TAKEN: Row(
            Say("ten thousand files of this name are there", "同名文件已有一万个"),
            CLAIM,
            Say("status and where say so", "状态和查询结果给出提示"),
            "send.postponed",
        ),
        Failure.TOO_MANY_OPEN: Row(
            Say("no descriptors or no memory are left", "描述符或内存用尽"),
            Say("it stays where it is", "文件留在原处"),
            Say("nothing; it goes on when there is room", "无提示，资源恢复后继续"),
            "send.postponed",
        ),
        Failure.DEVICE: Row(
            Say("the device reports an error", "存储设备报错"),
            CLAIM,
            Say("status and where say so", "状态和查询结果给出提示"),
            "send.postponed",
        ),
        Failure.KEYS: Row(
            Say("a key to seal to or to open with is missing or wrong", "加密或打开所需的密钥缺失或错误"),
            Say("it stays in the claim or the vault, whole; nothing goes out unsealed", "文件完整保留，绝不以明文放行"),
            Say("status and where say so", "状态和查询结果给出提示"),
            "send.postponed",
        ),
        Failure.JOURNAL: Row(
            Say("the journal cannot be written or read", "日志库无法读写"),
            Say("no file is moved until it can", "恢复之前不移动任何文件"),
            Say("the agent ends with one clear line", "代理给出明确提示后退出"),
            "send.postponed",
        ),
        Failure.UNREADABLE: Row(
            Say(
                "a part of it could not be read (password, damage, unknown type, a limit)",
                "部分内容无法读取（密码、损坏、未知类型、超限）",
            ),
            Say("it is held in the vault", "文件扣留在保管库"),
            Say("a receipt that names the part", "回执指出是哪一部分"),
            "transfer.held",
            again=False,
        ),
        Failure.READER_LOST: Row(
            Say("reading it ended or stopped the reading process", "读取进程被该文件终止或卡住"),
            Say("it is held in the vault; the process is replaced", "文件扣留在保管库，进程被替换"),
            Say("a receipt that says so", "回执说明情况"),
            "transfer.held",
            again=False,
        ),
        Failure.REST_GONE: Row(
            Say(
                "pictures were to be looked at to their end, and neither the copy nor the file is there unchanged",
                "图片尚待完整查看，但副本和文件均已不在或已改变",
            ),
            Say("it went where it was released to; the look ends", "文件已按放行结果处理；不再查看"),
            Say("where says that a part stays unseen, and why", "查询结果说明有一部分未能查看及原因"),
            "rest.left",
            again=False,
        ),
        Failure.REST_LEFT: Row(
            Say(
                "pictures could not be looked at to their end: too many wait, for too long, the larger time is over, "
                "or looking failed five times",
                "图片未能完整查看：等待过多、过久、超出时限，或五次查看失败",
            ),
            Say("it went where it was released to; the copy is removed", "文件已按放行结果处理；副本被清除"),
            Say("where says that a part stays unseen, and why", "查询结果说明有一部分未能查看及原因"),
            "rest.left",
            again=False,
        ),
        Failure.OFFICE_AWAY: Row(
            Say("the office cannot be reached", "无法连接管理端"),
            Say("judging, sealing, holding and taking back go on", "判定、加密、扣留和取回照常进行"),
            Say("nothing; reports wait in order and arrive once", "无提示；报告按序等待，只送达一次"),
            "office.away",
        ),
        Failure.REVOKED: Row(
            Say("the office does not know this machine any more", "管理端已撤销本机"),
            Say("as while the office is away", "与管理端不可达时相同"),
            Say(
                "status says that the machine was revoked; dlp enrol with the token of being let back in ends it",
                "状态显示本机已被撤销；管理端恢复本机后用 dlp enrol 输入新令牌即可",
            ),
            "office.revoked",
        ),
        Failure.QUEUE_FULL: Row(
            Say("more is dropped than is worked off", "放入速度超过处理速度"),
            Say("it stays in the outbox, in the person's hands, until its turn", "文件留在外发文件夹，直到轮到处理"),
            Say("status shows how many wait", "状态显示等待数量"),
            "-",
        ),
        Failure.BAD_POLICY: Row(
            Say("a new policy or rule pack has an error", "新的策略或规则包有错误"),
            Say("it is judged by the version that was in force", "按原有版本判定"),
            Say("status names the file and the error", "状态指出文件和错误"),
            "force.refused",
        ),
        Failure.KILLED: Row(
            Say("the agent or the machine ended at any instant", "代理或机器在任意时刻终止"),
            Say(
                "it is in one known place; the next start finishes or undoes the step",
                "文件处于唯一已知位置；下次启动时完成或撤销该步骤",
            ),
            Say("nothing", "无提示"),
            "-",
        ),
        Failure.CLOCK: Row(
            Say("the clock jumps", "时钟跳变"),
            Say(
                "nothing; order comes from the journal, waiting from a clock that never jumps",
                "无影响；顺序由日志决定，等待使用单调时钟",
            ),
            Say("nothing", "无提示"),
            "-",
            again=False,
        ),
        Failure.FAULT: Row(
            Say("a fault of this program", "本程序的缺陷"),
            Say("it stays where custody has it", "文件留在托管位置"),
            Say("status counts it", "状态中计数"),
            "lane.fault",
        ),
    }
)

BY_NUMBER: Mapping[int, Failure] = MappingProxyType(
    {
        errno.ENOSPC: Failure.DISK_FULL,
        errno.EDQUOT: Failure.DISK_FULL,
        errno.EROFS: Failure.READ_ONLY,
        errno.EACCES: Failure.DENIED,
        errno.EPERM: Failure.DENIED,
        errno.ENOENT: Failure.GONE,
        errno.ENOTDIR: Failure.FOLDER_GONE,
        errno.ESTALE: Failure.FOLDER_GONE,
        errno.ELOOP: Failure.SPECIAL,
        errno.EISDIR: Failure.SPECIAL,
        errno.EEXIST: Failure.NAME_TAKEN,
        errno.EMFILE: Failure.TOO_MANY_OPEN,
        errno.ENFILE: Failure.TOO_MANY_OPEN,
        errno.ENOMEM: Failure.TOO_MANY_OPEN,
        errno.EIO: Failure.DEVICE,
    }
)


def failure_of(error: BaseException) -> Failure:
    """The row of the table that an error belongs to; FAULT for what nobody expected."""
    from dlp.journal import JournalError
    from dlp.policy_file import PolicyError

    if isinstance(error, ChangedError):
        return Failure.CHANGING
    if isinstance(error, OSError):
        return BY_NUMBER.get(error.errno or 0, Failure.DEVICE)
    if isinstance(error, KeysError):
        return Failure.KEYS
    if isinstance(error, JournalError | sqlite3.Error):
        return Failure.JOURNAL
    if isinstance(error, PolicyError):
        return Failure.BAD_POLICY
    if isinstance(error, DlpError):
        return Failure.UNREADABLE
    if isinstance(error, MemoryError):
        return Failure.TOO_MANY_OPEN
    return Failure.FAULT
