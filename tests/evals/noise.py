"""Long outputs of tools, made line by line: the same kind, length and seed give the same text.

They look as what the real tools print, and hold nothing to learn, so that a case can hide the one
line that matters among a thousand. Not in here: that line, which the case inserts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

_WORDS = """
    account address archive audit basket billing branch cache carrier catalog channel checkout
    client config contract coupon currency customer delivery digest discount draft event
    export feature feed filter gateway group handler history import index invoice item
    journal label layout ledger locale lookup mailer market member merge metric notice offer
    option order owner parcel partner payment period plan policy portal price profile quota
    queue quote rate receipt refund region report request retry review role route rule
    schedule search segment session setting shipment stock store summary supplier tariff tax
    template token track vendor voucher warehouse webhook window zone ).split )"""
WORDS = _WORDS.split()

Lines = Iterator[str]


def text(kind: str, lines: int, seed: int = 0, inserts: Sequence[tuple[int, str]] = ()) -> str:
    """An output of so many lines; each text of `inserts` stands below that many of them."""
    chance = random.Random(f"{kind} {seed}")
    made = KINDS[kind](chance, lines)
    found = [next(made) for _ in range(lines)]
    for at, inserted in sorted(inserts, key=lambda insert: insert[0], reverse=True):
        found[at:at] = inserted.rstrip("\n").split("\n")
    return "\n".join(found)


def _pytest(chance: random.Random, lines: int) -> Lines:
    yield "============================= test session starts =============================="
    yield "platform linux -- Python 3.11.9, pytest-8.3.4, pluggy-1.5.0"
    yield "collecting ... collected " + str(max(lines - 4, 1)) + " items"
    yield ""
    for n in range(lines):
        module, one, two = (chance.choice(WORDS) for _ in range(3))
        percent = min(99, n * 100 // max(lines, 1))
        name = f"tests/{module}/test_{one}.py::test_{one}_{two}_{n}"
        yield f"{name} PASSED".ljust(74) + f"[{percent:3d}%]"


def _npm(chance: random.Random, lines: int) -> Lines:
    for _ in range(lines):
        package = f"{chance.choice(WORDS)}-{chance.choice(WORDS)}"
        version = ".".join(str(chance.randrange(20)) for _ in range(3))
        size = chance.randrange(900, 90_000)
        form = chance.randrange(3)
        if form == 0:
            yield f"npm http fetch GET 200 https://registry.npmjs.org/{package} {size // 90}ms"
        elif form == 1:
            yield f"npm http cache {package}@{version} {size // 900}ms (cache hit)"
        else:
            yield f"npm sill placeDep ROOT {package}@{version} OK for: app@1.4.0 want: ^{version}"


def _docker(chance: random.Random, lines: int) -> Lines:
    clock = 0.2
    for n in range(lines):
        clock += chance.random() / 3
        package, step = (
            f"lib{chance.choice(WORDS)}{chance.randrange(9)}",
            6 + n * 8 // max(lines, 1),
        )
        verb = chance.choice(("Selecting previously unselected package", "Unpacking", "Setting up"))
        yield f"#{step} {clock:.3f} {verb} {package}:amd64 (1.{chance.randrange(40)}-{n % 7}) ..."


def _server(chance: random.Random, lines: int) -> Lines:
    at = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)
    for _ in range(lines):
        at += timedelta(milliseconds=chance.randrange(20, 4000))
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        path = f"/api/v2/{chance.choice(WORDS)}s/{chance.randrange(10_000)}"
        status = chance.choice((200, 200, 200, 200, 201, 204, 304))
        verb = chance.choice(("GET", "GET", "GET", "POST", "PUT"))
        took, request = chance.randrange(2, 180), f"{chance.getrandbits(32):08x}"
        yield f"{stamp} INFO  [http] {verb} {path} {status} {took}ms req={request}"


def _terraform(chance: random.Random, lines: int) -> Lines:
    while True:
        name = f"{chance.choice(WORDS)}_{chance.choice(WORDS)}"
        kind = chance.choice(("aws_security_group_rule", "aws_route53_record", "aws_iam_policy"))
        yield f"  # {kind}.{name} will be created"
        yield f'  + resource "{kind}" "{name}" {{'
        for key in chance.sample(("arn", "description", "id", "name", "owner", "policy", "ttl"), 4):
            value = "(known after apply)" if chance.random() < 0.6 else f'"{chance.choice(WORDS)}"'
            yield f"      + {key.ljust(11)} = {value}"
        yield "    }"
        yield ""


def _make(chance: random.Random, lines: int) -> Lines:
    for n in range(lines):
        folder, name = chance.choice(WORDS), f"{chance.choice(WORDS)}_{chance.choice(WORDS)}"
        percent = n * 100 // max(lines, 1)
        path = f"src/{folder}/CMakeFiles/{folder}.dir/{name}.cpp.o"
        yield f"[{percent:3d}%] Building CXX object {path}"


def _sql(chance: random.Random, lines: int) -> Lines:
    yield "   id   |   created_at        |      kind      |  amount  |  state"
    yield "--------+---------------------+----------------+----------+---------"
    at = datetime(2025, 11, 3, 8, 0, tzinfo=UTC)
    for n in range(lines):
        at += timedelta(seconds=chance.randrange(5, 900))
        amount = chance.randrange(100, 90_000) / 100
        state = chance.choice(("open", "paid", "sent", "closed"))
        kind = chance.choice(WORDS)
        yield f" {40_000 + n} | {at:%Y-%m-%d %H:%M:%S} | {kind:<14} | {amount:8.2f} | {state}"


def _listing(chance: random.Random, lines: int) -> Lines:
    at = datetime(2025, 12, 1, 7, 0, tzinfo=UTC)
    for _ in range(lines):
        at += timedelta(minutes=chance.randrange(1, 90))
        size = chance.randrange(200, 400_000)
        name = f"{chance.choice(WORDS)}-{chance.choice(WORDS)}-{chance.randrange(1000):03d}"
        ending = chance.choice((".csv", ".json", ".log", ".parquet", ".txt"))
        yield f"-rw-r--r-- 1 app app {size:>8} {at:%b %d %H:%M} {name}{ending}"


KINDS: dict[str, Callable[[random.Random, int], Lines]] = {
    "pytest-verbose": _pytest,
    "npm-install": _npm,
    "docker-build": _docker,
    "server-log": _server,
    "terraform-plan": _terraform,
    "make-cc": _make,
    "sql-rows": _sql,
    "listing": _listing,
}
