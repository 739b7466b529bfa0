"""A zsh in a terminal of its own."""

import os
import pty
import select
import subprocess
import time


class Zsh:
    def __init__(self, environment):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(["zsh", "-i"], stdin=slave, stdout=slave, stderr=slave,
                                        env=environment, start_new_session=True)
        os.close(slave)
        self._read(until="ready> ", seconds=20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def _read(self, until=None, seconds=3):
        seen, deadline = "", time.monotonic() + seconds
        while time.monotonic() < deadline and not (until and until in seen):
            if select.select([self.master], [], [], 0.1)[0]:
                seen += os.read(self.master, 65536).decode(errors="replace")
        return seen

    def type(self, text):
        """Types it on an empty line; what the terminal shows after it."""
        os.write(self.master, b"\x15" + text.encode())
        return self._read()
