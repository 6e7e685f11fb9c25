"""How often a customer may regenerate an order: counted from the history, as job rows are deleted after a while."""

from blogqueue.db import history

REGENERATE = "regenerate"
"""The history action of a customer's regeneration."""

SEND_BACK = "send back"
"""The history action of an editor who asks for another version."""

WAIT = f"""
SELECT GREATEST(1, CEIL(EXTRACT(EPOCH FROM e.created_at + interval '1 hour' - clock_timestamp())))::int AS seconds
FROM order_events e
WHERE e.order_id = o.id AND e.actor = '{history.CUSTOMER}' AND e.action = '{REGENERATE}'
  AND e.created_at > clock_timestamp() - interval '1 hour'
ORDER BY e.created_at DESC OFFSET {{}} LIMIT 1
"""  # noqa: S608 - constants, no input
"""The seconds until order `o` of the outer query may be regenerated again; no row if it may be now.

The value to pass is the hourly limit if the history already has this regeneration, else the limit minus one.
"""
