"""Free ports of 127.0.0.1."""

import secrets
import socket

FIRST = 10_240
"""Well-known servers use the ports below."""


def is_free(port: int) -> bool:
    """Return whether a server could listen on a port of 127.0.0.1. Raises PermissionError for a port of root's."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connection is in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a free port of 127.0.0.1 that no outgoing connection can take before it is used.

    The system gives outgoing connections ports from 32,768 up (ip(7), ip_local_port_range), and binding to port 0
    would return one of those.
    """
    while not is_free(port := FIRST + secrets.randbelow(32_768 - FIRST)):
        pass
    return port
