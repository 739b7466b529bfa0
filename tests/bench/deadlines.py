"""scripts/bench deadlines: how long a worker's loop is busy at a time while a crowd of promises falls
due in the same second, by the router's own histogram of its turns."""

import argparse
import subprocess
import time

from bench import INPUT_PARTITIONS, Bench, positions

WARN, BREACH = 60, 90  # seconds after the openings; later the ladders go on, which is not waited for


def turns(daemon):
    """{upper bound in seconds: turns of the loop so far that took up to that}"""
    return {float(name.split('le="')[1].split('"')[0]): value
            for name, value in daemon.metrics().items()
            if name.startswith("ombud_loop_turn_seconds_bucket")}


def fired(daemon):
    return sum(value for name, value in daemon.metrics().items()
               if name.startswith("ombud_tickets_timers_total"))


def wait_until(daemon, what, timeout=300):
    limit = time.monotonic() + timeout
    while not what():
        daemon.check_alive_or_expected()
        if time.monotonic() > limit:
            raise SystemExit("the router did not get so far in time")
        time.sleep(0.2)


def by_length(before, after):
    """(up to so many ms, turns) of what came between."""
    rows, below = [], 0
    for bound in sorted(after):
        count = after[bound] - before[bound]
        rows.append((bound * 1000, count - below))
        below = count
    return rows


def wave(daemon, name, start, due, fires):
    """Waits for `fires` deadlines that fall due `due` seconds after `start`; tells of the turns."""
    time.sleep(max(0, start + due - 2 - time.time()))
    before, begun = turns(daemon), fired(daemon)
    if begun % fires:
        raise SystemExit(f"{begun:.0f} have fired already: the wave before was not over")
    wait_until(daemon, lambda: fired(daemon) >= begun + fires)
    took = time.time() - start - due
    rows = by_length(before, turns(daemon))
    longest = max(bound for bound, count in rows if count)
    told = ", ".join(f"{count:.0f} to {bound:g} ms" for bound, count in rows if count)
    print(f"{name}: {fires:,} in {took:.1f} s after they were due; turns: {told}; none longer than "
          f"{longest:g} ms (aim: 20)", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench deadlines")
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--precedence", action="store_true", help="the router's threads go before all "
                        "others of the machine: what else it does is then in no turn (root)")
    arguments = parser.parse_args()
    count = arguments.tickets
    bench = Bench(count)
    try:
        start = time.time()
        home = bench.preload(count, INPUT_PARTITIONS, "open")
        terms = {"response": f"{BREACH}s", "warn": f"{BREACH - WARN}s"}
        router = bench.router(home, agreements=[], slas=[  # lists are merged by their names
            {"name": "key accounts", "match": "customer.tier == gold", **terms},
            {"name": "default", **terms}])
        daemon = router.start(instance="i0")
        if arguments.precedence:
            subprocess.run(["chrt", "--all-tasks", "--rr", "--pid", "1", str(daemon.pid)], check=True)
        wait_until(daemon, lambda: positions(daemon) >= count)
        read = time.time() - start
        if read > WARN - 3:
            raise SystemExit(f"reading took {read:.0f} s: the first deadlines are over")
        wave(daemon, "warnings", start, WARN, count)
        wave(daemon, "breaches", start, BREACH, count)
        daemon.stop()
    finally:
        bench.close()


if __name__ == "__main__":
    main()
