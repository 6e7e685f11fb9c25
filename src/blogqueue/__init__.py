"""blogqueue: a paid order becomes a checked article version, once and for sure."""

import os

# Piccolo finds its configuration by this name wherever a process was started from.
os.environ.setdefault("PICCOLO_CONF", "blogqueue.db.piccolo_conf")

__version__ = "0.1.0"
