"""The agent as one object: opens its rooms in order, starts its threads, and ends them in order."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from dlp import notice
from dlp.agent import door, requests
from dlp.agent.afterwards import Afterwards
from dlp.agent.desk import Desk
from dlp.agent.door import Place, Request
from dlp.agent.editions import Editions, mend
from dlp.agent.force import InForce, Reloading
from dlp.agent.gate import Gate, gate_on
from dlp.agent.here import archive_of, desk_on, lock_file, office_file, with_accounts
from dlp.agent.lanes import Lanes
from dlp.agent.lookout import Lookout
from dlp.agent.receiver import Receiver
from dlp.agent.refusals import Refusals
from dlp.agent.status import status, with_problems
from dlp.agent.strangers import Strangers
from dlp.agent.unmask import Unmasking
from dlp.cards import Cards, Desktop
from dlp.config import Home, Settings, platform_places, service_folder
from dlp.custody.faults import Reach, go_on
from dlp.link.courier import Courier
from dlp.link.office_file import OfficeFile
from dlp.lock import only_one
from dlp.outbox.drops import Drop
from dlp.received import places
from dlp.received.intake import Intake
from dlp.received.places import Store

STOP_SECONDS = 3.0
"""How long files in work may take when the agent ends; after that they stay claimed and the next start goes on."""
LANES_BESIDE_WORKERS = 3
"""While each worker reads, one more thread claims, seals and moves."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One running agent."""

    desk: Desk
    lanes: Lanes
    lookout: Lookout
    receiver: Receiver
    afterwards: Afterwards
    courier: Courier
    force: InForce
    reloading: Reloading
    editions: Editions
    cards: Cards
    gate: Gate | None
    """The agent's side of the gate; None where the platform has none."""
    started: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Finish what a kill cut off, then begin."""
        for send, error in self.desk.custody.recover():
            self.lanes.postpone(send, error)
        self.desk.custody.sweep()
        self.desk.rule()
        self.editions.tell()
        self.reloading.start()
        self.cards.start()
        self.lookout.serve(_names(OfficeFile.load(self.courier.file)))
        self.lanes.start()
        self.lookout.start()
        self.receiver.start()
        self.afterwards.start()
        self.courier.start()
        if self.gate:
            self.gate.start()

    def stop(self) -> None:
        """No new files first, then the files in work, then the link."""
        self.courier.end_soon()
        self.afterwards.stop()
        if self.gate:
            self.gate.stop()
        self.reloading.stop()
        self.lookout.stop()
        self.receiver.stop()
        self.lanes.stop(STOP_SECONDS)
        self.courier.stop()
        self.cards.stop()

    @property
    def well(self) -> bool:
        """Whether every thread that files depend on is alive and has looked lately; systemd restarts us otherwise."""
        gate = self.gate is None or self.gate.alive
        threads = (self.lanes, self.lookout, self.receiver, self.afterwards)
        return all(one.alive for one in threads) and gate


@contextlib.contextmanager
def running_agent(home: Home, settings: Settings, reach: Reach = go_on) -> Iterator[Agent]:
    """An agent at work on this home until the block ends.

    Raises AlreadyRunningError where another one is, DlpError where its keys, rules, policy or journal cannot be used.
    """
    with only_one(lock_file(home), requests.AGENT), desk_on(home, settings, reach, warm=True) as desk:
        agent = _assembled(home, settings, desk, reach)

        def answered(request: Request) -> dict[str, Any]:
            if request.asked.get("do") == "status" and request.peer.trusted:
                return status(agent)
            told = requests.answer(agent.desk, request)
            return told | {"found": with_problems(agent, told["found"])} if "found" in told else told

        try:
            agent.start()
            with door.opened(_doors(home, settings), answered):
                yield agent
        finally:
            agent.stop()


def _doors(home: Home, settings: Settings) -> list[Place]:
    """One in the home; in service mode one for everybody besides."""
    everybody = [Place(service_folder(), 0o666)] if settings.service else []
    return [Place(home.run), *everybody]


def _assembled(home: Home, settings: Settings, desk: Desk, reach: Reach) -> Agent:
    refusals, me = Refusals(), requests.myself()

    def person(drop: Drop) -> str:
        return drop.outbox.owner or me

    def whose(store: Store) -> str:
        return door.login_of(store.root.stat().st_uid) if settings.service else me

    def stores() -> list[Store]:
        return work_stores(with_accounts(home, settings), _unreadable)

    cards = Cards(Desktop(), settings.tongue)
    count, readers = settings.workers + LANES_BESIDE_WORKERS, settings.workers + settings.spare_readers
    lanes = Lanes(desk, count, readers, person, refusals.tell, cards.tell)
    desk = desk.with_later(lanes.postpone)
    outboxes = desk.custody.ground.outboxes
    lookout = Lookout(outboxes, lanes, refusals, Strangers(desk.journal))
    lanes.roomy = lookout.stir.set
    archive = archive_of(home, settings, desk.journal)
    intake = Intake(desk.journal, archive, desk.force.context, whose, reach, desk.custody.ground)

    def told(found: list[Store]) -> None:
        notice.give(home, settings, desk.journal, outboxes, found, desk.force.context().policy)

    receiver = Receiver(intake, desk.journal, stores, told)
    lookout.made_anew = receiver.tell_again
    gate = gate_on(home, desk)

    def ruled() -> None:
        for send in desk.rule():
            cards.tell(send)
        if gate:
            gate.forget()

    def heard(office: OfficeFile) -> None:
        lookout.serve(_names(office))
        receiver.look_again()  # other work accounts may have been chosen

    force = desk.force
    assert isinstance(force, InForce)
    afterwards = Afterwards(desk, force, lambda: _idle(lanes, lookout), cards.warn)
    editions = Editions(force, desk.journal)
    force.mend = lambda: mend(home, desk.journal, OfficeFile.load(office_file(home)))
    force.changed.append(editions.tell)
    courier = Courier(
        desk.journal,
        office_file(home),
        heard=heard,
        ruled=ruled,
        unmask=Unmasking(desk.custody.ground, force.show).answer,
        editions=editions,
    )
    return Agent(desk, lanes, lookout, receiver, afterwards, courier, force, Reloading(force), editions, cards, gate)


def _idle(lanes: Lanes, lookout: Lookout) -> bool:
    """Whether nothing that was handed over waits."""
    return not (lanes.waiting or lookout.held_up or lookout.unfinished)


def _unreadable(_folder: Path, error: OSError) -> None:
    """One place that cannot be looked at keeps the agent neither down nor from the others; dlp doctor names it."""
    structlog.get_logger().warning("store.unreadable", errno=error.errno)


def work_stores(settings: Settings, unreadable: places.Unreadable) -> list[Store]:
    """The stores of work accounts that are there now, of everybody whose files the agent looks after."""
    homes = [Path.home()]
    if settings.service:
        homes = [Path(folder) for person in settings.people if (folder := _home_of(person))]
    found: dict[Path, Store] = {}
    for home in homes:
        here = places.stores(settings.wechat, platform_places(), home, find=settings.find_wechat, unreadable=unreadable)
        found.update({store.root: store for store in here if store.root not in found})
    return places.chosen(found.values(), settings.wechat, settings.accounts, pictures=settings.pictures)


def _home_of(person: str) -> str:
    """The home of a login; none for one that was removed since it was named."""
    import pwd

    try:
        return pwd.getpwnam(person).pw_dir
    except KeyError:
        return ""


def _names(office: OfficeFile) -> frozenset[str]:
    return frozenset(group.name for group in office.groups)
