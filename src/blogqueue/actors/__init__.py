"""What the workers and the clock load; the actors themselves stand in `messages`."""

from blogqueue.actors.broker import broker as broker  # first: it sets the broker
from blogqueue.actors.messages import minute as minute
