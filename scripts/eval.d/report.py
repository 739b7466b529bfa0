"""Figures: each has a name, stands in a Markdown table beside its aim, and goes into --json."""

import json


class Report:
    def __init__(self, before=None):
        self.before = json.loads(before.read_text(encoding="utf-8")) if before else {}
        self.figures = {}

    def share(self, name, hits, aim=None):
        """Cell for the share of true values, as percent."""
        hits = list(hits)
        return self.figure(name, sum(hits) / len(hits) if hits else None, aim, lambda x: f"{100 * x:.1f} %")

    def area(self, name, value, aim=None):
        """Cell for a number between 0 and 1, as it is."""
        return self.figure(name, value, aim, lambda x: f"{x:.3f}")

    def figure(self, name, value, aim, show):
        """`aim` is a pair like (">=", 0.9)."""
        assert name not in self.figures, name
        if value is None:
            return "–"
        entry = self.figures[name] = {"value": round(value, 4)}
        text = show(value)
        if name in self.before:
            text += f" (was {show(self.before[name]['value'])})"
        if aim:
            above, limit = aim[0] == ">=", aim[1]
            entry["aim"] = f"{aim[0]} {limit}"
            entry["reached"] = value >= limit if above else value <= limit
            text += f" {'✓' if entry['reached'] else '✗'} {'≥' if above else '≤'} {show(limit).replace('.0 ', ' ')}"
        return text

    def write(self, path):
        path.write_text(json.dumps(self.figures, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def table(title, head, rows):
    print(f"\n{title}\n")
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
