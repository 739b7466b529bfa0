"""scripts/bench memory: resident memory against open tickets and against the backlog, as tables and,
with --svg FILE, as a picture."""

import argparse
import time

from bench import INPUT_PARTITIONS, Bench, output_topics, positions

MIB = 1 << 20
# What /metrics tells of, from the ground of the picture up; the rest is the program, its lexicons,
# tables, librdkafka and what the allocator keeps.
PARTS = {"state": "ombud_tickets_state_bytes", "text": "ombud_tickets_text_bytes",
         "groups": "ombud_escalations_member_bytes", "read ahead": "ombud_task_ahead_bytes",
         "output": "ombud_transaction_bytes"}
COLOURS = {"state": "#2a6f97", "text": "#61a5c2", "groups": "#8d6cab", "read ahead": "#e9a03b",
           "output": "#c8553d", "rest": "#c9ced6"}


def parts_of(daemon):
    """MiB by part, as the daemon itself tells."""
    metrics = daemon.metrics()
    resident = metrics["process_resident_memory_bytes"] / MIB
    parts = {part: sum(v for n, v in metrics.items() if n.split("{")[0] == name) / MIB
             for part, name in PARTS.items()}
    return parts | {"rest": resident - sum(parts.values())}


def settled(daemon):
    """The parts once what was free has gone back to the system."""
    time.sleep(5)
    return parts_of(daemon)


def against_tickets(bench, counts):
    """(tickets, peak while they are read, parts afterwards, parts after a restart) of each count."""
    rows = []
    for count in counts:
        router = bench.router(bench.preload(count, INPUT_PARTITIONS, "open"))
        daemon = router.start(instance="i0", ready=False)
        while positions(daemon) < count:
            daemon.check_alive_or_expected()
            time.sleep(0.2)
        after = settled(daemon)
        peak = peak_of(daemon)
        daemon.stop()
        daemon = router.start(instance="i0")
        rows.append((count, peak, after, settled(daemon)))
        daemon.stop()
        bench.delete(output_topics(router))
    return rows


def peak_of(daemon):
    with open(f"/proc/{daemon.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def against_backlog(bench, counts):
    """(events, peak while they are drained) of each count: a fifth of the sample's tickets stay
    open."""
    rows = []
    for count in counts:
        router = bench.router(bench.preload(count))
        router.run()
        rows.append((count, router.peak_rss / MIB))
        bench.delete(output_topics(router))
    return rows


def print_tables(tickets, backlog):
    print("\n| open tickets | peak, MiB | afterwards | " + " | ".join(PARTS) +
          " | rest | after a restart | bytes a ticket |\n|" + "---|" * (len(PARTS) + 6))
    least = sum(tickets[0][2].values())
    for count, peak, after, restarted in tickets:
        total = sum(after.values())
        each = (f"{(total - least) * MIB / (count - tickets[0][0]):,.0f}"
                if count > tickets[0][0] else "")
        print(f"| {count:,} | {peak:.0f} | {total:.0f} | " +
              " | ".join(f"{after[part]:.1f}" for part in PARTS) +
              f" | {after['rest']:.1f} | {sum(restarted.values()):.0f} | {each} |")
    print("\n| backlog, events | peak, MiB |\n|---|---|")
    for count, peak in backlog:
        print(f"| {count:,} | {peak:.0f} |")


def bar(x, width, ground, scale, parts):
    """Its rectangles, and how high it is."""
    shapes, top = [], ground
    for part, colour in COLOURS.items():
        height = parts[part] * scale
        top -= height
        if height >= 0.5:
            shapes.append(f'<rect x="{x:.1f}" y="{top:.1f}" width="{width}" height="{height:.1f}" '
                          f'fill="{colour}"><title>{part}: {parts[part]:.1f} MiB</title></rect>')
    return shapes, top


def picture(tickets):
    """One bar for each number of open tickets, its parts upon each other, a line at its peak."""
    width, ground, left, step = 640, 300, 70, 105
    highest = max(max(peak, sum(after.values())) for _, peak, after, _ in tickets)
    scale = 240 / highest
    shapes = []
    for mib in range(0, int(highest) + 1, 50 if highest < 400 else 100):
        y = ground - mib * scale
        shapes.append(f'<line x1="{left - 8}" x2="{width}" y1="{y:.1f}" y2="{y:.1f}" '
                      'stroke="#e3e6ea"/>'
                      f'<text x="{left - 12}" y="{y + 4:.1f}" text-anchor="end">{mib}</text>')
    for i, (count, peak, after, _) in enumerate(tickets):
        x = left + i * step
        found, _ = bar(x, 60, ground, scale, after)
        y = ground - peak * scale
        shapes += found
        shapes.append(f'<line x1="{x - 4}" x2="{x + 64}" y1="{y:.1f}" y2="{y:.1f}" stroke="#333">'
                      f'<title>peak: {peak:.0f} MiB</title></line>'
                      f'<text x="{x + 30}" y="{ground + 18}" text-anchor="middle">{count:,}</text>')
    for i, (part, colour) in enumerate(COLOURS.items()):
        x = left + i * 92
        shapes.append(f'<rect x="{x}" y="336" width="12" height="12" fill="{colour}"/>'
                      f'<text x="{x + 17}" y="346">{part}</text>')
    body = "\n".join(shapes)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 360" '
            'font-family="sans-serif" font-size="12" fill="#333">\n'
            '<rect width="100%" height="100%" fill="white"/>\n'
            f'<text x="{left}" y="24" font-size="14">Resident memory in MiB by open tickets; '
            f'the line is the peak while they are read</text>\n{body}\n</svg>\n')


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench memory")
    parser.add_argument("--tickets", type=int, nargs="+", default=[1000, 10000, 50000, 125000, 250000])
    parser.add_argument("--backlog", type=int, nargs="*", default=[50000, 100000, 200000, 400000])
    parser.add_argument("--svg", metavar="FILE", help="the picture")
    arguments = parser.parse_args()
    bench = Bench(0)
    try:
        tickets = against_tickets(bench, arguments.tickets)
        print_tables(tickets, against_backlog(bench, arguments.backlog))
    finally:
        bench.close()
    if arguments.svg:
        with open(arguments.svg, "w") as out:
            out.write(picture(tickets))


main()
