"""What the shells complete is what ombudctl's help says."""

import os
import shutil
import subprocess

import pytest

from kafka import ROOT

FOLDER = ROOT / "daemon/completions"


def bash_completes(build, *words):
    """What bash offers for the last of the words."""
    script = """source "$0"; shift 0; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ombudctl
                printf '%s\\n' "${COMPREPLY[@]}" """
    result = subprocess.run(["bash", "-c", script, str(FOLDER / "ombudctl.bash"),
                             str(build / "ombudctl"), *words], capture_output=True, text=True,
                            stdin=subprocess.DEVNULL, cwd=ROOT, timeout=60)
    assert not result.stderr
    return set(result.stdout.split())


@pytest.mark.parametrize("words, some, none", [
    ([""], {"check", "topics", "watch", "--help"}, {"create"}),
    (["t"], {"topics", "ticket", "test"}, {"check"}),
    (["topics", ""], {"create", "check"}, {"topics"}),
    (["topics", "cr"], {"create"}, {"check"}),
    (["calendar", ""], {"show", "import"}, set()),
    (["watch", "--"], {"--from-start", "--ticket", "--help"}, {"--wait"}),
    (["ack", "--w"], {"--wait"}, {"--by"}),
    (["check", "conf/omb"], {"conf/ombud.yaml"}, set()),
    (["explain", "-c", "conf/omb"], {"conf/ombud.yaml"}, set())])
def test_bash_completes(build, words, some, none):
    found = bash_completes(build, *words)
    assert some <= found and not none & found, found


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh_completes_commands(build, tmp_path):
    """In a terminal of its own, as zsh completes nowhere else."""
    (tmp_path / ".zshrc").write_text(f"fpath=({FOLDER} $fpath)\nautoload -U compinit\n"
                                     f"compinit -D -u\nPATH={build}:$PATH\nPS1='ready> '\n")
    from zsh import Zsh
    with Zsh(dict(os.environ, ZDOTDIR=str(tmp_path), TERM="dumb", COLUMNS="200")) as shell:
        assert "eate" in shell.type("ombudctl topics cr\t")  # what it adds
        assert {"topics", "ticket"} <= set(shell.type("ombudctl t\t\t").split())
