"""Ports of 127.0.0.1: which are free."""

import secrets
import socket

FIRST = 10_240
"""Below are the ports that well-known servers have."""


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now. Raises PermissionError for one of root's."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port that only rests after a connection (TIME_WAIT) is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that no outgoing connection takes before it is used.

    The system gives those ports from 32,768 up (ip(7), ip_local_port_range); "any port" would be one of them.
    """
    while not is_free(port := FIRST + secrets.randbelow(32_768 - FIRST)):
        pass
    return port
