"""Whose a ticket is, told by its decisions alone: at every moment one department's, and all of its time
somebody's."""

from datetime import datetime

from collections import defaultdict


def _moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _problem(decision, created, departments):
    if decision["responsible"] not in departments:
        return f"responsible is {decision['responsible']}"
    ledger = decision.get("ledger")
    if ledger is None:
        return None
    age = int((_moment(decision["time"]) - created).total_seconds())
    shares = sum(share["seconds"] for share in ledger["shares"])
    if not ledger["age"] == shares == age:
        return f"{age} s old, {ledger['age']} s in the ledger, {shares} s shared out"
    return None


def problems(decisions, departments):
    """Sentences about the first few of `decisions`, in the order in which they were written, that
    break a law of ownership."""
    found, lives = [], defaultdict(list)
    for decision in decisions:
        if decision.get("responsible") is not None or decision["ticket"] in lives:
            lives[decision["ticket"]].append(decision)
    for ticket, life in lives.items():
        created = _moment(life[0]["time"])
        for decision in life:
            if decision["kind"] == "decision":
                problem = _problem(decision, created, departments)
                found += [f"{ticket}, {decision['event']}: {problem}"] if problem else []
    return found[:5]
