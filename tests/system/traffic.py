"""Seeded events of many tickets, with records among them that are no events at all."""

import json
import random
from datetime import datetime, timedelta, timezone

TEXTS = [
    ("zh", "充电器冒烟着火了，孩子的手被烫伤", "quality"),
    ("zh", "多扣了我六十八块，三天了还没退款", "billing"),
    ("zh", "快递五天没动，电话没人接", "service"),
    ("zh", "再不处理我就向市场监管局投诉", "service"),
    ("zh", "会不会着火？我只是问问", "quality"),
    ("en", "The heater caught fire last night and we had to leave the flat", "quality"),
    ("en", "I was charged twice and nobody refunds me", "billing"),
    ("en", "The parcel never arrived, I want to speak to a manager", "service"),
    ("en", "My lawyer will hear about this unless you answer by tomorrow", "legal"),
    ("en", "Thank you, the courier was very kind", "service"),
]


# Settings under which it fills two departments: what can wait goes elsewhere, and all partitions hear.
CROWDED = {"departments": {"billing": {"capacity": 12, "overflow": "service"},
                           "quality": {"capacity": 60, "overflow": "legal"}}}


class Traffic:
    """Events of many tickets, interleaved, each ticket's in order, with unique ids and times that
    move forward from an hour ago. Some records are no events at all."""

    def __init__(self, seed=1, step_ms=4000, start=None):
        self.random = random.Random(seed)
        self.now = start or datetime.now(timezone.utc) - timedelta(hours=4)
        self.step = timedelta(milliseconds=step_ms)
        self.serial = 0
        self.seed = seed

    def _event(self, kind, ticket, **fields):
        self.serial += 1
        self.now += self.step * self.random.random() * 2
        time = self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"type": kind, "ticket": ticket, "id": f"{self.seed}-{self.serial}", "time": time,
                **fields}

    def _life(self, ticket):
        lang, body, category = self.random.choice(TEXTS)
        opening = {"subject": body[:12], "body": body, "lang": lang, "category": category,
                   "channel": self.random.choice(["web", "hotline", "app"]),
                   "customer": {"account": f"a-{self.random.randrange(50)}",
                                "tier": self.random.choice(["standard", "gold"])}}
        if self.random.random() < 0.25:
            # Asks for a ticket of a customer, maybe one of itself, of another internal one or of none.
            start, number = ticket.rsplit("-", 1)
            origin = max(0, int(number) + self.random.randrange(-4, 3))
            opening.update(customer={"kind": "internal", "department": "service"},
                           origin=f"{start}-{origin}")
        yield lambda: self._event("opened", ticket, **opening)
        for _ in range(self.random.randrange(6)):
            kind = self.random.choice(["message", "message", "reply", "accepted", "assigned",
                                       "updated", "acknowledged", "resolved", "reopened", "closed",
                                       "pending", "pending", "resumed", "promised", "extended",
                                       "fulfilled", "rated", "merged", "returned", "disputed"])
            if kind == "reply":
                yield lambda: self._event("message", ticket, body="We look into it.",
                                          **{"from": "agent"})
            elif kind == "message":
                yield lambda: self._event("message", ticket,
                                          body=self.random.choice(TEXTS)[1])
            elif kind == "assigned":
                to = self.random.choice(["quality", "billing", "legal", "service", "nobody"])
                by = self.random.choice([{}, {}, {"by_department": "service"}])
                yield lambda to=to, by=by: self._event("assigned", ticket, department=to, **by)
            elif kind in ("returned", "disputed"):
                yield from self._hand_back(ticket, dispute=kind == "disputed")
            elif kind in ("promised", "extended"):
                yield lambda kind=kind: self._event(kind, ticket, reason="parts are late", due=(
                    self.now + timedelta(minutes=self.random.randrange(300))).isoformat())
            elif kind == "merged":
                # What is written afterwards goes on to a ticket before it, maybe merged as well.
                start, number = ticket.rsplit("-", 1)
                into = f"{start}-{max(0, int(number) - self.random.randrange(1, 4))}"
                yield lambda into=into: self._event("merged", ticket, into=into)
                yield lambda: self._event("message", ticket, body=self.random.choice(TEXTS)[1])
            else:
                more = {"acknowledged": {"by": "wang"},
                        "pending": {"on": self.random.choice(["customer", "third_party"])},
                        "fulfilled": {"clock": self.random.choice(["promised", "update"])},
                        "rated": {"rating": self.random.randrange(1, 6),
                                  "solved": self.random.random() < 0.5}}.get(kind, {})
                yield lambda kind=kind, more=more: self._event(kind, ticket, **more)

    def _hand_back(self, ticket, dispute):
        """A return, with or without a reason; or so many that somebody has to settle it."""
        codes = ["not_ours", "wrong_area", "incomplete", "overlap", "duplicate"]
        for _ in range(2 if dispute else 1):
            reason = {"reason_code": self.random.choice(codes)} if dispute else \
                self.random.choice([{}, {"reason_code": "not_ours"}, {"reason": "we only sell"}])
            yield lambda reason=reason: self._event("returned", ticket, **reason)
        if dispute and self.random.random() < 0.7:
            to = self.random.choice(["quality", "billing", "legal", "nobody"])
            yield lambda: self._event("settled", ticket, department=to, by="wang")

    def _erasure(self):
        """Of all tickets of an account, whatever partition they are in."""
        account = f"a-{self.random.randrange(50)}"
        event = self._event("erased", None, customer={"account": account}, by="privacy")
        return account.encode(), json.dumps(event).encode()

    def events(self, tickets, prefix="T"):
        """Every event of that many new tickets as dictionaries."""
        waiting = [self._life(f"{prefix}-{self.seed}-{i}") for i in range(tickets)]
        active = []
        while waiting or active:
            while waiting and len(active) < 40:
                active.append(waiting.pop(0))
            life = self.random.choice(active)
            make = next(life, None)
            if make is None:
                active.remove(life)
            else:
                yield make()

    def records(self, tickets, prefix="T", bad_every=97):
        """(key, value) of the same, with a record now and then that is no event, one that comes
        twice, and an account that is to be forgotten."""
        for number, event in enumerate(self.events(tickets, prefix), 1):
            value = json.dumps(event, ensure_ascii=False).encode()
            yield event["ticket"].encode(), value
            if number % bad_every == 0:
                yield self.random.choice([(b"bad", b'{"type":"opened"'), (b"bad", b"\xff\xfe"),
                                          (b"bad", b'{"type":"opened","type":"x","ticket":"T"}'),
                                          (b"bad", None), (b"", b'{"ticket":"T-9"}')])
            if number % (bad_every * 2) == 0:
                yield event["ticket"].encode(), value
            if number % bad_every == bad_every // 2:
                yield self._erasure()
