"""What the agent does with a file that somebody hands over, and with a request about one.

Used by its threads, by the command line through the door while the agent runs, and by the command line alone while it
does not.
"""

from __future__ import annotations

import errno
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from classifiers.model import Level
from dlp.agent.known import known_since
from dlp.custody import Custody, NotTakenError, Send, Transfer
from dlp.custody import plan as steps
from dlp.custody import send as sends
from dlp.custody.claiming import Offer, OpenClaimError, Taken
from dlp.errors import DlpError, KeysError, UnfinishedError, UnreadableError, UsageError
from dlp.failures import TABLE, failure_of
from dlp.files import ChangedError
from dlp.inspect import Context, inspect
from dlp.journal import Journal, rulings
from dlp.language import Say
from dlp.model import Action, Because, Choice, Option, Origin, Ruling, Verdict
from dlp.outbox.folders import Outbox

JUDGINGS = 3
"""How often a file that changes under inspection is judged again at once; after that it is tried again later."""
TOGETHER_SECONDS = 0.2
"""How long the first of several Sends that are judged together may wait for the others."""
PASSED_AS = {
    Choice.RELEASE: Action.ALLOW,
    Choice.FALSE_POSITIVE: Action.ALLOW,
    Choice.RELEASE_SEALED: Action.ENCRYPT,
}


class Force(Protocol):
    """What files are judged with (``dlp.agent.force.InForce``)."""

    def context(self) -> Context:
        """What to judge the next file with."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A custody, and what files are judged with."""

    custody: Custody
    journal: Journal
    force: Force
    """What is in force now; policy and rules may change while we run."""
    suspended: Callable[[str], bool] = lambda _: False
    """Whether the office suspended this person's sending."""
    groups: Callable[[], frozenset[str]] = frozenset
    """The groups that the office last told."""
    later: Callable[[str, Exception], None] = lambda *_: None
    """Told of a Send with which something failed that must be tried again (``go_on``)."""

    def with_later(self, later: Callable[[str, Exception], None]) -> Desk:
        """The same desk, and somebody who tries again."""
        return replace(self, later=later)

    def take(self, path: Path, origin: Origin, outbox: Outbox) -> Send | None:
        """Claim a drop; None when it went away meanwhile. Raises NotTakenError and OSError."""
        return self.custody.claim(path, origin, outbox)

    def take_all(self, offers: Sequence[Offer]) -> list[Taken]:
        """Claim several drops at once; what became of each. Raises OSError where none was taken."""
        return self.custody.claim_all(offers)

    def judge(self, send: Send) -> Send:
        """Inspect the files of a claimed Send and do what policy wants.

        Raises OSError when a file cannot be read or kept now (ChangedError when it does not stop changing), KeysError
        without keys to seal to; the Send stays claimed, and is tried again.
        """
        for _ in range(JUDGINGS):
            try:
                return self.custody.settle(send, self.verdicts(send))
            except ChangedError:
                continue
        raise ChangedError(errno.ESTALE, "the file does not stop changing")

    def judge_all(
        self, many: Sequence[Send], judging: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> Iterator[tuple[Send, Send | Exception]]:
        """The same for several Sends, which wait for the disk together; what became of each, or what kept it.

        ``judging`` is entered while their files are read, and left while they are settled.
        """
        left = deque(many)
        while left:
            judged: list[tuple[Send, Mapping[str, Verdict]]] = []
            failed: list[tuple[Send, Exception]] = []
            with judging():
                until = time.monotonic() + TOGETHER_SECONDS
                while left and time.monotonic() < until:
                    send = left.popleft()
                    try:
                        judged.append((send, self.verdicts(send)))
                    except Exception as error:  # noqa: BLE001 - it is of this one, and told to whoever asked
                        failed.append((send, error))
            yield from failed
            yield from self._settled(judged)

    def _settled(self, judged: Sequence[tuple[Send, Mapping[str, Verdict]]]) -> Iterator[tuple[Send, Send | Exception]]:
        try:
            settled: Sequence[Send | Exception] = self.custody.settle_all(judged)
        except Exception as error:  # noqa: BLE001 - it concerns each of them
            settled = [error for _ in judged]
        for (send, _), done in zip(judged, settled, strict=True):
            yield send, self._again(send) if isinstance(done, ChangedError) else done

    def _again(self, send: Send) -> Send | Exception:
        try:
            return self.judge(send)
        except Exception as error:  # noqa: BLE001 - as above
            return error

    def verdicts(self, send: Send) -> dict[str, Verdict]:
        """What policy wants with each file of a claimed Send, by id. Raises OSError where one cannot be read."""
        return {member.id: self.verdict(send, member) for member in self.custody.members(send)}

    def verdict(self, send: Send, member: Transfer) -> Verdict:
        """What policy wants with one file, after what people decided about the same content for the same group."""
        with self.custody.opened(send, member) as descriptor:
            verdict = inspect(descriptor, Path(member.name).name, send.origin, self.force.context())
        return self.decided(verdict, send.origin)

    def decided(self, verdict: Verdict, origin: Origin) -> Verdict:
        """The verdict after what people decided about this content for this group, and about this person."""
        if self.suspended(origin.person) and verdict.action in (Action.ALLOW, Action.ENCRYPT):
            return replace(
                verdict, action=Action.HOLD, because=(SUSPENDED, *verdict.because), options=SUSPENDED_OPTIONS
            )
        approved = self.journal.approved(verdict.document.sha256, origin.group)
        if not approved:
            return known_since(self.journal, verdict, origin, self.force.context().policy)
        if verdict.action is Action.ALLOW:
            return verdict
        return replace(verdict, action=PASSED_AS[approved[0]], because=(APPROVED, *verdict.because))

    def send(self, descriptor: int, name: str, origin: Origin, outbox: Outbox) -> Send:
        """Put a copy of an open file through the same flow as the outbox.

        Raises UnreadableError for what is no file, OSError where nothing was taken, and UnfinishedError where the copy
        is taken and goes on later.
        """
        try:
            claimed = self.custody.claim_copy(descriptor, name, origin, outbox)
        except NotTakenError as error:
            said = Say("{path} is not a file", "{path} 不是普通文件").format(path=error.path)
            raise UnreadableError(said) from error
        except OpenClaimError as error:
            self.later(error.send, error)
            raise _unfinished(sends.get(self.journal, error.send).number, error) from error
        try:
            return self.judge(claimed)
        except (OSError, DlpError) as error:
            self.later(claimed.id, error)
            raise _unfinished(claimed.number, error) from error
        except Exception as error:
            self.later(claimed.id, error)
            raise

    def go_on(self, send: str) -> Send | None:
        """Finish what was begun with a Send, what was decided about it, and judge it where it was not yet.

        None where it was never taken over after all. Raises OSError and KeysError: to be tried again.
        """
        self.custody.resume(send)
        if not sends.known(self.journal, send):
            return None
        for ruling in self._decided_about(send):
            self.custody.rule(ruling)
        found = sends.get(self.journal, send)
        return self.judge(found) if found.state in sends.UNSETTLED else found

    def _decided_about(self, send: str) -> list[Ruling]:
        members = {member.id for member in sends.members_of(self.journal, send)}
        return [ruling for ruling in rulings.unapplied(self.journal) if ruling.transfer in members]

    def take_back(self, number: str) -> Send:
        """Give a kept Send back to its owner. Raises UsageError where policy leaves that to a reviewer.

        Raises UnfinishedError where it was begun and goes on later.
        """
        keeping = self.force.context().policy.keeping
        send = sends.by_number(self.journal, number)
        if any(not keeping.gives_back(Level.of(one.level)) for one in self.custody.members(send) if one.level):
            raise UsageError(
                Say("files of this level are given back by a reviewer only", "该密级的文件只能由审核人员退还"),
                Say("ask for it in the console, number {number}", "请在控制台申请，编号 {number}").format(
                    number=send.number
                ),
            )
        try:
            return self.custody.take_back(number)
        except OSError as error:
            if not steps.open_intents(self.journal, send.id):
                raise
            self.later(send.id, error)
            raise _unfinished(send.number, error) from error

    def rule(self) -> list[Send]:
        """Do what reviewers decided and is not done yet; the Sends that moved by it. What fails is for later."""
        moved, failed = [], set[str]()
        for ruling in rulings.unapplied(self.journal):
            before = sends.of_transfer(self.journal, ruling.transfer)
            if before is not None and before.id in failed:
                continue  # about one Send they are done in their order
            try:
                after = self.custody.rule(ruling)
            except (OSError, KeysError) as error:
                if before is None:
                    raise
                failed.add(before.id)
                self.later(before.id, error)
                continue
            if after is not None and before is not None and after.state is not before.state:
                moved.append(after)
        return moved


def _unfinished(number: str, error: Exception) -> UnfinishedError:
    why = TABLE[failure_of(error)].title
    return UnfinishedError(
        Say(
            "{number} was begun, but cannot be finished now: {why}", "{number} 已开始处理，但暂时无法完成：{why}"
        ).format(number=number, why=why),
        Say(
            "it goes on by itself when that is mended; do not hand it over again; dlp where {number} shows it",
            "问题排除后会自动继续，请勿重复提交；可用 dlp where {number} 查询",
        ).format(number=number),
    )


_SUSPENDED = Say(
    "Sending is suspended for this person; a security officer looks at each file.",
    "该人员的发送权限已被暂停，文件须由安全保密管理员逐一审核。",
)
SUSPENDED = Because("suspended", "微信安全管理制度 第十条", _SUSPENDED.en, _SUSPENDED.zh)
SUSPENDED_OPTIONS = (Option(Choice.RELEASE), Option(Choice.RELEASE_SEALED), Option(Choice.RETURN), Option(Choice.KEEP))
_SAID = Say(
    "A reviewer released this content for this group, and that still holds.",
    "审核人员已放行发往该群组的相同内容，且仍在有效期内。",
)
APPROVED = Because("approved", "微信使用保密管理制度 二·3", _SAID.en, _SAID.zh)
"""Stands first in a verdict that a person's decision changed."""
