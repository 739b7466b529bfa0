"""What the fault tests share: settings that make them quick, and a service manager that starts again
what died."""

import signal
import threading
import time

# How soon the group gives away the partitions of a member that went silent; a static member that
# stops says no goodbye.
SESSION = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 500}


def tasks_of(daemon):
    """How many tasks run there; 0 where nobody answers."""
    status, _ = daemon.http("/metrics")
    if status != 200:
        return 0
    return int(sum(value for name, value in daemon.metrics().items()
                   if name.startswith("ombud_tasks_running")))


def counter(daemon, name):
    """The sum of a metric over all its labels."""
    return sum(value for sample, value in daemon.metrics().items()
               if sample.partition("{")[0] == name)


class Supervisor:
    """Starts ombudd and, as systemd would, starts it again whenever it dies, until stopped."""

    def __init__(self, router, instance="one", failpoint=None):
        self.router, self.instance, self.failpoint = router, instance, failpoint
        self.codes = []
        self.daemon = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def kill(self):
        """kill -9 of the process that runs just now."""
        daemon = self.daemon
        if daemon:
            daemon.signal(signal.SIGKILL)

    def _run(self):
        while not self._stop.is_set():
            self.daemon = self.router.start(self.instance, failpoint=self.failpoint, ready=False)
            self.daemon.may_die = True
            while self.daemon.process.poll() is None and not self._stop.wait(0.05):
                pass
            if self.daemon.process.poll() is not None:
                self.codes.append(self.daemon.process.returncode)
                time.sleep(0.1)
