"""What the worker processes load: the broker, and the actors, which are in `messages`."""

from blogqueue.actors.broker import broker as broker  # first: it sets the broker
from blogqueue.actors.messages import minute as minute
