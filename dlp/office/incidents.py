"""Incidents: the queue, and deciding, alone or by two people, as the policy's option says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from dlp import ulid
from dlp.errors import UsageError
from dlp.language import Say
from dlp.model import Choice, Direction
from dlp.office import offers
from dlp.office.ground import Ground, Writing
from dlp.office.offers import WAITING
from dlp.office.pages import Page, page
from dlp.office.people import Account
from dlp.office.reasons import digested, said
from dlp.office.refusals import Conflict, Refused, not_there
from dlp.office.rights import Right, need
from dlp.office.rulings import Rulings, issue
from dlp.office.store.tables import ApprovalRow, DecisionRow, IncidentRow, TransferRow
from dlp.office.transfers import level_of, seen_by
from dlp.office.views import Decision, Incident, IncidentFilter, Offer, transfer_view

INCIDENT = Say("incident", "事件")
FALSE_POSITIVE_LIFE = timedelta(days=30)
"""How long the same content passes again after two people found nothing confidential in it."""
LONGEST_REASON = 2000
QUEUE = IncidentFilter()


@dataclass(frozen=True, slots=True)
class Terms:
    """What goes with a decision besides its reason."""

    rule: str = ""
    """Of a false positive: the rule that was wrong; where only one fired, it is that one."""
    opens_until: str = ""
    """Of a release sealed: until when readers get its key, as stored; empty: without an end."""
    undo: timedelta = timedelta()
    """How long it can be taken back before it goes down to the machine."""


PLAIN_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Incidents:
    """The review queue."""

    ground: Ground
    rulings: Rulings

    def queue(
        self, account: Account, filter: IncidentFilter = QUEUE, after: str = "", size: int = 50
    ) -> Page[Incident]:
        """Incidents that the account may see, newest first; UsageError for a state or level that is none."""
        need(account, Right.SEE_ALL, Right.SEE_GROUP, Right.SEE_OWN)
        with self.ground.reading() as session:
            asked = self._visible(account)
            if filter.state != "all":
                asked = asked.where(IncidentRow.state.in_(_states(filter.state)))
            if filter.level:
                asked = asked.where(TransferRow.level >= level_of(filter.level))
            return page(session, asked, IncidentRow.id, lambda row: incident_view(session, row), after, size)

    def show(self, account: Account, incident_id: str) -> Incident:
        """One incident; NotFound also where the account may not see it."""
        with self.ground.reading() as session:
            return incident_view(session, self.find(session, account, incident_id))

    def offers(self, account: Account, incident_id: str) -> tuple[Offer, ...]:
        """Each option of the incident, and whether this account may choose it now."""
        with self.ground.reading() as session:
            return offers.of(session, account, self.find(session, account, incident_id), self.ground.clock())

    def decide(
        self, account: Account, incident_id: str, choice: Choice, reason: str, terms: Terms = PLAIN_TERMS
    ) -> Incident:
        """Ask, confirm, or decide alone, as the option says.

        Raises Refused (no right, or the two would be one), Conflict (decided meanwhile), UsageError (no reason).
        """
        reason = reason.strip()[:LONGEST_REASON]
        with self.ground.writing(account) as writing:
            row = self.find(writing.session, account, incident_id)
            offer = self._offered(writing.session, account, row, choice)
            asked = offers.standing(writing.session, row) if offer.confirms else None
            second = asked is not None and asked.account != account.id
            if offer.option.reason and not reason and not second:
                raise UsageError(
                    Say("a reason is missing", "缺少理由"), Say("say in one sentence why", "请用一句话说明理由")
                )
            if offer.option.people > 1 and not offer.confirms:
                _ask(writing, row, account, choice, reason, terms)
            else:
                self._end(writing, row, account, offer, reason, terms)
            writing.session.flush()
            seen = incident_view(writing.session, row)
        self.rulings.tell()
        return seen

    def _offered(self, session: Session, account: Account, row: IncidentRow, choice: Choice) -> Offer:
        found = [
            offer for offer in offers.of(session, account, row, self.ground.clock()) if offer.option.choice is choice
        ]
        if row.state not in WAITING:
            raise Conflict(Say("the incident is decided already", "该事件已处理"))
        if not found:
            raise Refused(Say("policy does not offer that for this file", "策略不允许对该文件作此处理"))
        if not found[0].may:
            raise Refused(found[0].why_not or Say("not now", "目前不可"))
        return found[0]

    def _end(
        self, writing: Writing, row: IncidentRow, account: Account, offer: Offer, reason: str, terms: Terms
    ) -> None:
        transfer = writing.session.get_one(TransferRow, row.transfer)
        asked = offers.standing(writing.session, row) if offer.confirms else None
        choice = offer.option.choice
        by = (asked.name, account.name) if asked and asked.account != account.id else (account.name,)
        expires = self.ground.now(FALSE_POSITIVE_LIFE) if choice is Choice.FALSE_POSITIVE else ""
        told = "; ".join(part for part in ((asked.reason if asked else ""), reason) if part)
        decision = Decision(choice, by, told, writing.at, expires)
        if asked is not None:  # what was asked for is what is confirmed
            terms = replace(terms, rule=asked.rule, opens_until=asked.opens_until)
        _approve(writing, row, account, choice, reason, terms)
        writing.session.add(
            DecisionRow(
                incident=row.id,
                choice=choice.value,
                by=list(by),
                reason=told,
                at=writing.at,
                expires=expires,
                rule=_rule_of(transfer, choice, terms),
                opens_until=terms.opens_until if choice is Choice.RELEASE_SEALED else "",
                organisation=row.organisation,
                machine=row.machine,
            )
        )
        row.state = "decided"
        if transfer.direction == Direction.OUTGOING:  # a received file is in WeChat's own store: nothing to release
            issue(writing, transfer, decision, self.ground.now(terms.undo) if terms.undo else "")
        alone = offer.option.people > len(by)
        names = {"choice": choice.value, "transfer": transfer.id, "by": list(by), "alone": alone}
        writing.note("incident.decided", account.name, row.id, **names, **digested(told))

    def returned(self, account: Account, incident_id: str) -> Incident:
        """Give the file back to its owner, who asked for it; Refused where policy does not leave that open."""
        with self.ground.writing(account) as writing:
            row = self.find(writing.session, account, incident_id)
            found = offers.of(writing.session, account, row, self.ground.clock())
            offer = next((one for one in found if one.option.choice is Choice.RETURN), None)
            if row.state not in WAITING:
                raise Conflict(Say("the incident is decided already", "该事件已处理"))
            if offer is None:
                raise Refused(Say("policy keeps this file here", "策略规定该文件须留存"))
            _drop_asks(writing, row)
            self._end(writing, row, account, replace(offer, confirms=False), "", PLAIN_TERMS)
            writing.session.flush()
            seen = incident_view(writing.session, row)
        self.rulings.tell()
        return seen

    def withdraw(self, account: Account, incident_id: str, reason: str) -> Incident:
        """Take one's own asking back, or decline another's; the incident is open again."""
        with self.ground.writing(account) as writing:
            row = self.find(writing.session, account, incident_id)
            asked = offers.standing(writing.session, row)
            if row.state != "asked" or asked is None:
                raise Conflict(Say("nobody is asking for anything here", "该事件没有待确认的申请"))
            if not offers.may_decide(writing.session, account, row):
                raise Refused(offers.NO_RIGHT)
            _drop_asks(writing, row)
            row.state = "open"
            kind = "incident.withdrawn" if asked.account == account.id else "incident.declined"
            writing.note(kind, account.name, row.id, choice=asked.choice, **said(reason))
            writing.session.flush()
            return incident_view(writing.session, row)

    def _visible(self, account: Account) -> Select[Any]:
        joined = select(IncidentRow).join(TransferRow, TransferRow.id == IncidentRow.transfer)
        return joined.where(*seen_by(self.ground.organisation, account))

    def find(self, session: Session, account: Account, incident_id: str) -> IncidentRow:
        """The row, for rooms of the office that go on in this transaction; NotFound."""
        asked = self._visible(account).where(IncidentRow.id == incident_id)
        found = session.execute(asked.add_columns(TransferRow)).one_or_none()  # both at once: pages count their queries
        if found is None:
            raise not_there(INCIDENT)
        row: IncidentRow = found[0]
        session.info["incident"] = found  # held, or the session forgets the transfer and asks for it once more
        return row


def _states(word: str) -> tuple[str, ...]:
    if word == "waiting":
        return WAITING
    if word not in {"open", "asked", "decided", "closed"}:
        raise UsageError(
            Say(
                "expected waiting, open, asked, decided, closed or all",
                "应为 waiting、open、asked、decided、closed 或 all",
            )
        )
    return (word,)


def _rule_of(transfer: TransferRow, choice: Choice, terms: Terms) -> str:
    rules = {str(one["rule"]) for one in transfer.findings}
    if choice is not Choice.FALSE_POSITIVE:
        return ""
    return terms.rule if terms.rule in rules else next(iter(rules)) if len(rules) == 1 else ""


def _ask(writing: Writing, row: IncidentRow, account: Account, choice: Choice, reason: str, terms: Terms) -> None:
    _drop_asks(writing, row)  # a new asking takes the place of one for something else
    _approve(writing, row, account, choice, reason, terms)
    row.state = "asked"
    writing.note("incident.asked", account.name, row.id, choice=choice.value, **digested(reason))


def _drop_asks(writing: Writing, row: IncidentRow) -> None:
    writing.session.execute(update(ApprovalRow).where(ApprovalRow.incident == row.id).values(standing=False))


def _approve(writing: Writing, row: IncidentRow, account: Account, choice: Choice, reason: str, terms: Terms) -> None:
    writing.session.add(
        ApprovalRow(
            id=ulid.new(),
            organisation=row.organisation,
            incident=row.id,
            account=account.id,
            name=account.name,
            choice=choice.value,
            reason=reason,
            at=writing.at,
            rule=terms.rule,
            opens_until=terms.opens_until,
        )
    )


def incident_view(session: Session, row: IncidentRow) -> Incident:
    """A row with its transfer, its asking and its decision."""
    transfer = session.get_one(TransferRow, row.transfer)
    made = session.get(DecisionRow, row.id) if row.state == "decided" else None
    asked = offers.standing(session, row) if row.state == "asked" else None
    decision = (
        Decision(Choice(made.choice), tuple(made.by), made.reason, made.at, made.expires) if made is not None else None
    )
    return Incident(
        row.id,
        transfer_view(transfer, row.id),
        row.state,
        row.opened,
        *((asked.name, asked.choice, asked.reason, asked.at) if asked else ("", "", "", "")),
        decision=decision,
    )
