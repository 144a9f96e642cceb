"""The office as one object: its rooms, opened on one database and one keystore."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from sqlalchemy import select, text

from dlp import ulid
from dlp.office import overview
from dlp.office.accounts import Accounts
from dlp.office.audit import Audit
from dlp.office.careers import Careers
from dlp.office.compliance import Answered, compliance
from dlp.office.desk import Desk
from dlp.office.editions import Editions
from dlp.office.entry import Passwords
from dlp.office.evidence import bundle
from dlp.office.figures import Figures, Health, figures, health
from dlp.office.ground import Ground, KeystoreLike, moment, utc_now
from dlp.office.groups import Groups
from dlp.office.incidents import Incidents
from dlp.office.intake import Intake
from dlp.office.known import Look
from dlp.office.machines import Machines
from dlp.office.opening import Openings
from dlp.office.overview import Overview
from dlp.office.people import Account
from dlp.office.policies import Policies
from dlp.office.queue import Queue
from dlp.office.registry import Records, SealedFiles
from dlp.office.requests import Requests
from dlp.office.rulings import Rulings
from dlp.office.sessions import Sessions
from dlp.office.settings import Settings
from dlp.office.steps import Step, steps
from dlp.office.store.database import Store
from dlp.office.store.tables import AccountRow, ChainRow, OrganisationRow
from dlp.office.transfers import Transfers
from dlp.office.unmasking import Unmasking

NAME_KEY_BYTES = 32


class Office:
    """Every room hangs here. One per process; may be used from many threads."""

    def __init__(self, ground: Ground, passwords: Passwords) -> None:
        self.ground = ground
        self.accounts = Accounts(ground, passwords)
        self.sessions = Sessions(ground, self.accounts)
        self.machines = Machines(ground)
        self.groups = Groups(ground)
        self.careers = Careers(ground)
        self.requests = Requests(ground, self.accounts, self.groups)
        self.intake = Intake(ground)
        self.transfers = Transfers(ground)
        self.rulings = Rulings(ground)
        self.incidents = Incidents(ground, self.rulings)
        self.desk = Desk(ground, self.incidents)
        self.unmasking = Unmasking(ground, self.incidents, self.rulings)
        self.queue = Queue(ground)
        self.sealed_files = SealedFiles(ground)
        self.records = Records(ground)
        self.opening = Openings(ground)
        self.policies = Policies(ground)
        self.editions = Editions(ground)
        self.audit = Audit(ground)
        self.settings = Settings(ground)

    @classmethod
    def open(cls, url: str, keystore: KeystoreLike, clock: Callable[[], datetime] = utc_now) -> Office:
        """The office in this database, which is made or brought to the newest schema.

        Raises UsageError where the database does not open or was written by a newer version.
        """
        from keys import passwords

        store = Store.open(url)
        known = Passwords(
            passwords.hash, passwords.verify, passwords.weakness, passwords.hash(secrets.token_urlsafe(16))
        )
        return cls(Ground(store, keystore, clock, _organisation(store, moment(clock()))), known)

    @property
    def set_up(self) -> bool:
        """Whether the first accounts were made."""
        with self.ground.reading() as session:
            return session.scalars(select(AccountRow.id).limit(1)).first() is not None

    def keys(self) -> dict[str, object]:
        """The public keys that agents seal to; the revision rises when they or the groups change."""
        keystore = self.ground.keystore
        recipients = {"epoch": keystore.epoch_recipient(), "recovery": keystore.recovery_recipient()}
        signs = {"verify": keystore.verify_key.hex(), "organisation": self.ground.organisation}
        return {**recipients, **signs, "revision": self.revision()}

    def revision(self) -> int:
        """Rises when the keys, the groups or the work accounts change."""
        return self.ground.keystore.revision + self.groups.revision()

    def overview(self, account: Account, zone: tzinfo = UTC) -> Overview:
        """A few counts of what the account may see; ``zone``: whose today."""
        return overview.overview(self.ground, account, zone)

    def figures(self, account: Account, days: int = 30, until: str = "", zone: tzinfo = UTC) -> Figures:
        """Counts of a span of days of a zone for those who see the overview."""
        return figures(self.ground, account, days, until, zone)

    def health(self, account: Account) -> dict[str, Health]:
        """How each rule that fired lately did, for those who see policy and rules."""
        return health(self.ground, account)

    def steps(self, account: Account, profile: str, accounts: tuple[str, ...]) -> tuple[Step, ...]:
        """The way from the first start on, for this account; empty once all of it is done."""
        return steps(self.ground, account, profile, accounts)

    def compliance(self, account: Account, profile: str) -> tuple[Answered, ...]:
        """Every clause of the regulations with its state here."""
        return compliance(self.ground, account, profile)

    def evidence(self, account: Account, incident_id: str, page: Callable[[Look], str]) -> bytes:
        """The evidence bundle of one incident."""
        return bundle(self.ground, self.audit, self.desk, account, incident_id, page)

    def close(self) -> None:
        """Send away who waits for a ruling, and give the database back."""
        self.rulings.stop_waiting()
        self.ground.store.close()


def _organisation(store: Store, at: str) -> str:
    """The id of the organisation; the first opening makes its row and the beginning of its chain."""
    with store.writing() as session:
        if session.get_bind().dialect.name == "postgresql":  # two programs that start together must not make two
            session.execute(text("LOCK TABLE organisations IN EXCLUSIVE MODE"))
        row = session.scalars(select(OrganisationRow).order_by(OrganisationRow.id).limit(1)).one_or_none()
        if row is None:
            key = secrets.token_hex(NAME_KEY_BYTES)
            row = OrganisationRow(id=ulid.new(), name="", created=at, name_key=key, settings={})
            session.add_all([row, ChainRow(organisation=row.id)])
        return row.id
