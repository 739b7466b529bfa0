"""A real systemd, booted by systemd-nspawn over an overlay of this machine's own root: what is
installed here is there, and nothing that happens there stays. It shares the network, so a Kafka of
the tests is on its loopback."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from kafka import wait_until

# A hierarchy of its own: systemd needs cgroups of version 2, whatever the host has.
BOOT = """umount -R /sys/fs/cgroup 2>/dev/null
mount -t cgroup2 none /sys/fs/cgroup &&
exec systemd-nspawn --quiet --directory="$0" --register=no --keep-unit --console=pipe \
    --link-journal=no --bind-ro="$1" --boot -- --unit=basic.target"""


def why_not():
    """Why no machine can be booted here; None where one can."""
    if os.geteuid() != 0:
        return "only root can boot a machine"
    for program in ("systemd-nspawn", "unshare", "nsenter"):
        if not shutil.which(program):
            return f"{program} is not installed"
    probe = subprocess.run(["unshare", "--mount", "sh", "-c",
                            "umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup &&"
                            " mkdir /sys/fs/cgroup/ombud-probe && rmdir /sys/fs/cgroup/ombud-probe"],
                           capture_output=True, text=True)
    if probe.returncode != 0:
        return f"no cgroups can be made: {probe.stderr.strip()}"
    return None


class Machine:
    def __init__(self, folder, shared):
        """`shared`: a folder of the host that the machine sees, too, under its name."""
        self.folder = Path(folder)
        self.root = self.folder / "root"
        self.console = self.folder / "console"
        self._mount()
        with open(self.console, "wb") as console:
            self._nspawn = subprocess.Popen(
                ["unshare", "--mount", "sh", "-c", BOOT, str(self.root), str(shared)],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                env=dict(os.environ, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1"))
        try:
            wait_until(self._is_up, 60, "systemd to be up", 0.1)
        except BaseException:
            self.close()
            raise

    def _mount(self):
        self.root.mkdir(parents=True)
        # Of memory, because an overlay cannot lie on another one.
        layers = self.folder / "layers"
        layers.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "none", str(layers)], check=True)
        for name in ("upper", "work"):
            (layers / name).mkdir()
        options = f"lowerdir=/,upperdir={layers}/upper,workdir={layers}/work"
        subprocess.run(["mount", "-t", "overlay", "none", "-o", options, str(self.root)], check=True)
        # Containers are often told to start no services when packages are installed.
        (self.root / "usr/sbin/policy-rc.d").unlink(missing_ok=True)
        # What somebody tried on the host is not ours.
        shutil.rmtree(self.root / "etc/ombud", ignore_errors=True)

    def _leader(self):
        try:
            children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text()
        except OSError:
            children = ""
        return int(children.split()[0]) if children.split() else 0

    def _is_up(self):
        if self._nspawn.poll() is not None:
            raise RuntimeError(f"systemd-nspawn: {self.console.read_text(errors='replace')}")
        if not self._leader():
            return False
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def run(self, *command, check=True, timeout=120):
        """Runs a command there; the finished process with its output as text."""
        leader = str(self._leader())
        result = subprocess.run(["nsenter", "--target", leader, "--mount", "--uts", "--ipc", "--pid",
                                 "--cgroup", "--net", "--wd=/", "--", *map(str, command)],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=timeout, env={"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                                      "LC_ALL": "C.UTF-8", "HOME": "/root",
                                                      "DEBIAN_FRONTEND": "noninteractive"})
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))} ended with {result.returncode}: "
                                 f"{result.stdout}{result.stderr}")
        return result

    def path(self, path):
        """Where a file of the machine is for us."""
        return self.root / str(path).lstrip("/")

    def write(self, path, text, mode=0o644):
        place = self.path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)

    def show(self, unit, *properties):
        """{property: value} of a unit."""
        lines = self.run("systemctl", "show", unit, "--property", ",".join(properties)).stdout
        return dict(line.split("=", 1) for line in lines.splitlines())

    def journal(self, unit, *arguments):
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}",
                        *arguments).stdout

    def kill(self, unit, number):
        self.run("systemctl", "kill", "--kill-whom=main", f"--signal={number}", unit)

    def close(self):
        leader = self._leader()
        if leader:
            os.kill(leader, signal.SIGRTMIN + 4)  # systemd's order to power off
        deadline = time.monotonic() + 30
        while self._nspawn.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        if self._nspawn.poll() is None:
            self._nspawn.kill()
            self._nspawn.wait()
        for place in (self.root, self.folder / "layers"):
            subprocess.run(["umount", "--lazy", str(place)], check=False)
