"""What the fault tests share: settings that make them quick, and a service manager that starts again
what died."""

import signal
import threading
import time
from itertools import islice

from kafka import wait_until

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


def reached(router, name):
    """Whether the failpoint fired: it leaves a mark."""
    return (router.folder / "failpoints" / name).exists()


def send_until_reached(checker, records, name):
    """Sends portions, each when the one before is committed, so that each is a transaction at least,
    until the failpoint has fired."""
    router = checker.router
    while not reached(router, name) and (batch := list(islice(records, 60))):
        checker.send(batch)
        checker.finish_sending()
        wait_until(lambda: reached(router, name) or not router.lags(), 90, f"{name} or a commit")
    assert reached(router, name), router.logs()


# RestartPreventExitStatus of the unit: a restart would meet the same.
FOR_GOOD = {64, 65, 77, 78}


class Supervisor:
    """Starts ombudd and, as systemd would, starts it again whenever it dies, until stopped or until it
    ends with a code after which the unit stays down."""

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

    def leave(self):
        """Lets the process end in good order and starts none again; its exit code, None if none ran."""
        self.__exit__()
        return self.daemon.stop() if self.daemon.process.poll() is None else None

    def _run(self):
        while not self._stop.is_set():
            self.daemon = self.router.start(self.instance, failpoint=self.failpoint, ready=False)
            self.daemon.may_die = True
            while self.daemon.process.poll() is None and not self._stop.wait(0.05):
                pass
            if self.daemon.process.poll() is not None:
                self.codes.append(self.daemon.process.returncode)
                if self.codes[-1] in FOR_GOOD:
                    return
                time.sleep(0.1)


class Thawer:
    """Lets a process go on, whoever stopped it, some seconds after it was stopped."""

    def __init__(self, daemon, seconds):
        self.daemon, self.seconds = daemon, seconds
        self.thawed = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.wait(0.02):
            if self.daemon.is_stopped():
                time.sleep(self.seconds)
                self.daemon.thaw()
                self.thawed += 1
