"""The post: looks for alerts that wait, sends what is due, and writes down what became of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

from assistant.sending.message import message
from assistant.sending.rules import LOOK_BACK, Due, after_a_failure, plan, waiting_alerts
from assistant.store.errors import StoreError
from assistant.store.outbox import SWITCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.sending.channels import Channels
    from assistant.store.house import House
    from assistant.store.records_sending import Delivery, Raised

LOOK_S = 2.0
"""How often it looks. An alert of the bedside waits for that long at most."""
AT_ONCE = 4
"""Messages that go at the same time: a channel that does not answer holds up no other."""


class Post:
    """Sends alerts.

    Args:
        house: the log, open.
        channels: carry messages out.
        signs: what red flags and a call for help are called.
    """

    def __init__(self, house: House, channels: Channels, signs: Mapping[str, str]) -> None:
        self._house = house
        self.channels = channels
        self._signs = signs
        self._ending = Event()
        self._thread: Thread | None = None

    def begin(self) -> None:
        """Start; what was being sent when the program ended is not sent again."""
        self._thread = Thread(target=self._run, name="post", daemon=True)
        self._thread.start()

    def end(self, wait_s: float = 5.0) -> None:
        """Stop; a message on its way gets some seconds to be confirmed."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(wait_s)

    def _run(self) -> None:
        begun = False
        while not self._ending.is_set():
            try:
                if not begun:
                    self._house.outbox.broken_off()
                    begun = True
                self.turn()
            except StoreError:
                # A busy or full disk: nothing is sent that cannot be written down first. It is tried again.
                pass
            self._ending.wait(LOOK_S)

    def turn(self) -> int:
        """Send everything that is due now; return how many messages went."""
        due = [each for each in self.waiting() if each.at <= self._house.now().utc]
        if not due:
            return 0
        with ThreadPoolExecutor(AT_ONCE, "post") as pool:
            return sum(pool.map(self._send, due))

    def alerts(self) -> list[Raised]:
        """The alerts of the last day that nobody has acknowledged."""
        return waiting_alerts(self._house.reading.alerts_since(self._house.now().utc - LOOK_BACK))

    def waiting(self) -> list[Due]:
        """Every message that is still to be sent if nobody acknowledges, those due first first."""
        settings = self._house.profile.read()
        if not settings.get(SWITCH):
            return []
        since, now, alerts = datetime.fromisoformat(settings[SWITCH]), self._house.now(), self.alerts()
        if not alerts:
            return []
        helpers, known = self._house.outbox.helpers(), self._known(alerts, now.utc)
        found = [due for each in alerts for due in plan(each, helpers, known.get(each.seq, {}), now, since)]
        return sorted(found, key=lambda due: due.at)

    def _known(self, alerts: list[Raised], now: datetime) -> dict[int, dict[str, Delivery]]:
        known: dict[int, dict[str, Delivery]] = {each.seq: {} for each in alerts}
        for each in self._house.outbox.deliveries(now - LOOK_BACK - timedelta(hours=1)):
            if each.event_seq in known:
                known[each.event_seq][each.helper_id] = each
        return known

    def _send(self, due: Due) -> bool:
        house, raised, helper = self._house, due.raised, due.helper
        said = message(raised, str(house.profile.read().get("name") or ""), self._signs, house.now().offset_minutes)
        delivery = house.outbox.claim(raised, helper, said.title, said.body)
        if delivery is None:
            return False
        taken = self.channels.send(helper.address, said)
        now = house.now().utc
        state, again = ("sent", now) if taken else after_a_failure(delivery, now)
        done = replace(delivery, state=state, due_at=again)
        house.outbox.settle(done, raised, helper, self.channels.kind(helper.address) or "unknown")
        return taken
