"""Where texts come from: the collections beside the project, halved, and the sentences of tests/eval."""

import csv
import hashlib

csv.field_size_limit(1 << 24)


def by_row(number, _text):
    return "AB"[number % 2]


def by_hash(_number, text):
    return "AB"[hashlib.md5(text.encode()).digest()[0] % 2]


def rows(path, half, wanted):
    """Rows of the wanted half, those without text left out."""
    with open(path, encoding="utf-8", newline="") as file:
        return [row for number, row in enumerate(csv.DictReader(file))
                if row["text"].strip() and wanted in ("all", half(number, row["text"]))]


def other(wanted):
    """The half that a model may learn from; none is left when all is measured."""
    return {"A": "B", "B": "A"}.get(wanted)


def known_danger(found):
    """Rows whose danger somebody recorded: not blank, and read where it was a reader who judged."""
    return [row for row in found if row["danger"] in ("0", "1") and row.get("read", "1") == "1"]


def sentences(folder):
    """The invented sentences, each with `blind`: whether its writer had not seen the lexicons."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        with open(path, encoding="utf-8") as file:
            head = next(file).rstrip("\n").split("\t")
            for line in file:
                row = dict(zip(head, line.rstrip("\n").split("\t"), strict=True))
                row["text"] = row["text"].replace("\\n", "\n")
                row["blind"] = path.stem.endswith("-blind")
                found.append(row)
    return found
