"""Groups: the people that a file is declared to go to, kept by the security administrator or the group's owner."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from classifiers.model import Level
from dlp import ulid
from dlp.errors import UsageError
from dlp.folder_names import can_be_group
from dlp.language import Say
from dlp.office.ground import Ground, Writing
from dlp.office.people import Account, find
from dlp.office.reasons import given
from dlp.office.refusals import Conflict, no_right, not_there
from dlp.office.rights import Right, Role, allowed, need
from dlp.office.store.tables import AccountRow, GroupRow, MemberRow, OrganisationRow
from dlp.office.tokens import fold
from dlp.office.views import Group

GROUP = Say("group", "群组")
REVISION = "groups_revision"
TAKEN = (Say("a group has this name", "群组名称已存在"),)
# Sealed files name their group: a new group of that name would open the files of the closed one to its own members.
CLOSED = (
    Say("a closed group had this name, and its files still bear it", "已关闭的群组曾用此名称，其文件仍以此为准"),
    Say("choose another name, for example with the year", "请改用其他名称，例如加上年份"),
)


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of this office."""

    ground: Ground

    def create(self, by: Account, name: str, purpose: str, owner: str, highest: Level) -> Group:
        """A new group; ``owner`` is an account id, who gets the role of a group's owner.

        Raises UsageError for a name that no folder can have, Conflict for one that is taken.
        """
        need(by, Right.KEEP_GROUPS)
        name = name.strip().rstrip(".")
        if not can_be_group(name):
            raise UsageError(
                Say(
                    "the group's name is empty, too long, a name that the outbox keeps for itself, or none that a "
                    "folder can have",
                    "群组名称为空、过长、与外发文件夹自用名称重复，或不能用作文件夹名称",
                ),
                Say(
                    'use 1 to 100 characters other than / \\ : * ? " < > |, no dot at its start, '
                    "and neither Ready, Held, Originals nor CON and the like",
                    '1 至 100 个字符，不含 / \\ : * ? " < > |，不以点开头，不用“可发送”“已扣留”“原件”或 CON 等名称',
                ),
            )
        with self.ground.writing(by) as writing:
            if taken := find_group(writing.session, writing.organisation, name):
                raise Conflict(*(CLOSED if taken.closed else TAKEN))
            account = find(writing.session, owner)
            row = GroupRow(
                id=ulid.new(),
                organisation=writing.organisation,
                name=name,
                folded=fold(name),
                purpose=purpose.strip()[:1000],
                owner=account.id,
                highest=highest.id,
                created=writing.at,
            )
            writing.session.add(row)
            writing.session.flush()
            account.roles = sorted({*account.roles, Role.GROUP_OWNER.value})
            _join(writing, row, account.id)
            changed(writing)
            writing.note("group.created", by.name, row.id, owner=account.name, highest=highest.id)
            return group_view(writing.session, row)

    def add(self, by: Account, group_id: str, account_id: str) -> Group:
        """Take somebody in; nothing happens where they are in already."""
        with self.ground.writing(by) as writing:
            row = self._kept(writing.session, by, group_id)
            account = find(writing.session, account_id)
            if writing.session.get(MemberRow, (row.id, account.id)) is None:
                _join(writing, row, account.id)
                writing.note("group.joined", by.name, row.id, account=account.name)
            return group_view(writing.session, row)

    def remove(self, by: Account, group_id: str, account_id: str) -> Group:
        """Take somebody out; they open nothing of the group from now on."""
        with self.ground.writing(by) as writing:
            row = self._kept(writing.session, by, group_id)
            account = find(writing.session, account_id)
            writing.session.execute(delete(MemberRow).where(MemberRow.group == row.id, MemberRow.account == account.id))
            writing.note("group.left", by.name, row.id, account=account.name)
            return group_view(writing.session, row)

    def describe(self, by: Account, group_id: str, purpose: str, highest: Level) -> Group:
        """Change purpose and highest level; the owner alone may not raise what the group gets."""
        need(by, Right.KEEP_GROUPS)
        with self.ground.writing(by) as writing:
            row = self._kept(writing.session, by, group_id)
            row.purpose, row.highest = purpose.strip()[:1000], highest.id
            changed(writing)
            writing.note("group.described", by.name, row.id, highest=highest.id)
            return group_view(writing.session, row)

    def close(self, by: Account, group_id: str, reason: str) -> Group:
        """End a group: of its files each sender still opens their own, and nobody else any. UsageError: no reason."""
        with self.ground.writing(by) as writing:
            row = self._kept(writing.session, by, group_id)
            why, row.closed = given(reason), True
            changed(writing)
            writing.note("group.closed", by.name, row.id, reason=why)
            return group_view(writing.session, row)

    def show(self, account: Account, group_id: str) -> Group:
        """One group, for its members and those who keep groups."""
        with self.ground.reading() as session:
            row = session.get(GroupRow, group_id)
            if row is None or not (allowed(account, Right.KEEP_GROUPS) or is_member(session, row, account.id)):
                raise not_there(GROUP)
            return group_view(session, row)

    def all(self, account: Account) -> tuple[Group, ...]:
        """The groups that this account keeps or is in, by name."""
        with self.ground.reading() as session:
            asked = select(GroupRow).where(GroupRow.organisation == self.ground.organisation).order_by(GroupRow.folded)
            every = allowed(account, Right.KEEP_GROUPS)
            rows = session.scalars(asked).all()
            return tuple(group_view(session, row) for row in rows if every or is_member(session, row, account.id))

    def open(self) -> tuple[tuple[str, Level], ...]:
        """Name and highest level of each group that is open, for agents: each gets a folder in the outbox."""
        with self.ground.reading() as session:
            asked = select(GroupRow).where(
                GroupRow.organisation == self.ground.organisation, GroupRow.closed.is_(False)
            )
            return tuple((row.name, Level.of(row.highest)) for row in session.scalars(asked.order_by(GroupRow.folded)))

    def revision(self) -> int:
        """Rises with every change that agents must hear of."""
        with self.ground.reading() as session:
            return int(session.get_one(OrganisationRow, self.ground.organisation).settings.get(REVISION, 0))

    def _kept(self, session: Session, by: Account, group_id: str) -> GroupRow:
        row = session.get(GroupRow, group_id)
        if row is None:
            raise not_there(GROUP)
        if not (allowed(by, Right.KEEP_GROUPS) or owns(row, by)):
            raise no_right()
        return row


def changed(writing: Writing) -> None:
    """Agents hear of it: groups, holds and suspensions have one revision."""
    row = writing.session.get_one(OrganisationRow, writing.organisation)
    row.settings = {**row.settings, REVISION: int(row.settings.get(REVISION, 0)) + 1}


def _join(writing: Writing, row: GroupRow, account_id: str) -> None:
    writing.session.add(MemberRow(organisation=row.organisation, group=row.id, account=account_id))
    writing.session.flush()


def owns(row: GroupRow, account: Account) -> bool:
    """Whether the account is the group's owner, by its role as well."""
    return row.owner == account.id and allowed(account, Right.DECIDE_GROUP)


def is_member(session: Session, row: GroupRow, account_id: str) -> bool:
    """Whether the account is in the group or owns it."""
    return row.owner == account_id or session.get(MemberRow, (row.id, account_id)) is not None


def find_group(session: Session, organisation: str, name: str) -> GroupRow | None:
    """The group with this name; agents speak of groups by name."""
    if not name:
        return None
    asked = select(GroupRow).where(GroupRow.organisation == organisation, GroupRow.folded == fold(name))
    return session.scalars(asked).one_or_none()


def names_owned(organisation: str, account: Account) -> Select[str]:
    """The names of the groups that the account owns, as a part of another question."""
    return select(GroupRow.name).where(GroupRow.organisation == organisation, GroupRow.owner == account.id)


def group_view(session: Session, row: GroupRow) -> Group:
    """A row with the names of its people."""
    members = session.scalars(
        select(AccountRow.name)
        .join(MemberRow, MemberRow.account == AccountRow.id)
        .where(MemberRow.group == row.id)
        .order_by(AccountRow.folded)
    )
    owner = session.get_one(AccountRow, row.owner).name
    return Group(row.id, row.name, row.purpose, owner, Level.of(row.highest), tuple(members), row.closed)
