"""What comes over the broker is looked at before it is worked on."""

from typing import Any

import pytest
from dramatiq import Message, MessageProxy
from dramatiq.middleware import SkipMessage

from blogqueue.actors.broker import broker


@pytest.mark.parametrize(
    "args",
    [(), (1,), ("a", "b"), (None,), ({"id": "x"},), ("a\0b",), ("a\nb",), ("\ud800",)],
    ids=["none", "a number", "two", "null", "an object", "NUL", "a line break", "half a character"],
)
def test_a_message_whose_arguments_are_no_id_is_skipped(args: tuple[Any, ...]) -> None:
    message: Message[Any] = Message(
        queue_name="backlink-integration", actor_name="integrate_backlink", args=args, kwargs={}, options={}
    )

    with pytest.raises(SkipMessage):
        broker.emit_before("process_message", MessageProxy(message))
