"""A RabbitMQ for tests: Debian's package, run from a folder by the user who runs the tests."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from blogqueue.demo.ports import free_port

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
INSTALLED = PROGRAM.exists()
START_SECONDS = 60


class RabbitMQ:
    """A broker that can be stopped and started on the same port with the same data."""

    def __init__(self, folder: Path) -> None:
        self.port, self._epmd = free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}"
        self._folder = folder
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{self.port}\n")
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self._epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"tests{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        }
        self.start()

    def start(self) -> None:
        """Start it; it accepts connections when this returns."""
        with (self._folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen([PROGRAM], env=self._environment, stdout=log, stderr=log, process_group=0)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert self._process.poll() is None, (self._folder / "out.log").read_text()
                assert time.monotonic() < deadline, (self._folder / "out.log").read_text()
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        """Stop it as an operator would."""
        self._process.terminate()
        self._process.wait(30)

    def end(self) -> None:
        """Stop it and its name server."""
        if self._process.poll() is None:
            self.stop()
        epmd = shutil.which("epmd")
        if epmd:
            subprocess.run([epmd, "-port", str(self._epmd), "-kill"], capture_output=True, check=False)


@contextmanager
def running(folder: Path) -> Generator[RabbitMQ]:
    """Run a RabbitMQ for the length of a block."""
    broker = RabbitMQ(folder)
    try:
        yield broker
    finally:
        broker.end()
