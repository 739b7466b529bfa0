"""Instructions that deciding costs, stage by stage, counted by callgrind over bench_core and
bench_turns: the same on a busy machine as on a quiet one. Fails when a stage has grown by more than a
tenth against instructions.txt; with --write that file gets the new numbers."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("instructions.txt")
GROWTH = 1.1


def count(folder, program, within):
    """{function: instructions, with all that it calls} of one round of the program, as far as those
    functions call it that are named in `within`."""
    out = Path(folder) / "callgrind.out"
    subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet",
                    *(f"--toggle-collect={name}" for name in within),
                    f"build/release/tests/{program}", "1"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    table = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(out)],
                           check=True, capture_output=True, text=True).stdout
    found = {}
    for number, name in re.findall(r"^ *([\d,]+) \([ \d.]+%\) +\S*?:(\w+)", table, re.MULTILINE):
        found.setdefault(name, int(number.replace(",", "")))
    return found


def main():
    write = sys.argv[1:] == ["--write"]
    if sys.argv[1:] and not write:
        sys.exit(f"usage: {sys.argv[0]} [--write]")
    lines, grown, found = [], [], {}
    for line in KEPT.read_text().splitlines():
        if not line or line.startswith("#"):
            lines.append(line)
            continue
        if line.startswith("["):
            program, *within = line.strip("[]").split()
            with tempfile.TemporaryDirectory(prefix="ombud-instructions-") as folder:
                found = count(folder, program, within)
            lines.append(line)
            continue
        function, calls, before = line.split()[:3]
        now = found[function] // int(calls)
        lines.append(f"{function:20} {calls:>5} {now:>11}")
        print(f"{function:20} {now:>11} instructions a call, {now / int(before):.3f} of before")
        if now > int(before) * GROWTH:
            grown.append(function)
    if write:
        KEPT.write_text("\n".join(lines) + "\n")
    elif grown:
        sys.exit(f"grown by more than a tenth: {', '.join(grown)}; if that is meant: "
                 "scripts/bench instructions --write")


main()
