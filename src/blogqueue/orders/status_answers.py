"""An order's status as JSON, kept in memory until anything that it shows has changed.

Programs ask again and again. Whether the kept answer is still right costs one statement, which reads no text.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

import msgspec

from blogqueue.orders import lifecycle, snapshot
from blogqueue.orders.snapshot import State
from blogqueue.orders.status import get_status
from blogqueue.orders.status_view import OrderStatusView

KEPT_BYTES = 4_000_000
"""How much JSON a process keeps: some hundred orders with a version of an article, which is some 8 kB."""


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """A status, the same as JSON, and a short text that differs when the JSON does."""

    status: OrderStatusView
    json: bytes
    stamp: str


class _Kept:
    """The answers that were read last, by order, each with the mark of the snapshot that it shows."""

    def __init__(self) -> None:
        self._answers: OrderedDict[UUID, tuple[str, StatusAnswer]] = OrderedDict()
        self._bytes = 0

    def find(self, order_id: UUID, mark: str) -> StatusAnswer | None:
        kept = self._answers.get(order_id)
        if kept is None or kept[0] != mark:
            return None
        self._answers.move_to_end(order_id)
        return kept[1]

    def keep(self, order_id: UUID, mark: str, answer: StatusAnswer) -> None:
        self._drop(self._answers.pop(order_id, None))
        self._answers[order_id] = (mark, answer)
        self._bytes += len(answer.json)
        while self._bytes > KEPT_BYTES and len(self._answers) > 1:
            self._drop(self._answers.popitem(last=False)[1])

    def _drop(self, kept: tuple[str, StatusAnswer] | None) -> None:
        self._bytes -= len(kept[1].json) if kept else 0


_kept = _Kept()


async def read(order_id: UUID) -> StatusAnswer:
    """Return an order's status as it is now. Raises NotFoundError."""
    return await _read(order_id, await snapshot.read_state(order_id))


async def read_with_token(order_id: UUID, access_token: str) -> StatusAnswer:
    """Return an order's status to a caller with its access token. Raises what `lifecycle.get_with_token` raises."""
    state = await snapshot.read_state(order_id)
    lifecycle.check_access(
        access_token, state.access_token_hash, completed_at=state.completed_at, given_at=state.access_given_at
    )
    return await _read(order_id, state)


async def _read(order_id: UUID, state: State) -> StatusAnswer:
    if answer := _kept.find(order_id, state.mark):
        return answer
    # It is read after its mark, so it may be newer than the mark, but never older; then the next mark differs.
    status = await get_status(order_id)
    text = msgspec.json.encode(status)
    answer = StatusAnswer(status, text, hashlib.sha256(text).hexdigest()[:16])
    _kept.keep(order_id, state.mark, answer)
    return answer
