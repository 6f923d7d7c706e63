"""The story of the sample session: what Sam and the agent say and do, one function a task.

Three tasks for a made-up webshop: one succeeds, one fails and is diagnosed, one is steered. What
a learner should find in it is listed in `expected.json`. Not here: the texts of the project's
files (`webshop.py`), and how it is all done and recorded (`record.py`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import webshop

if TYPE_CHECKING:
    from record import Session

RUN_TESTS = "python3 -m unittest discover -s tests -t ."


def play(s: Session) -> None:
    s.summary("Add totals report by country")
    discount(s)
    caching(s)
    shipping(s)
    s.prompt("thanks, that's it for today")
    s.says("You're welcome. Everything is committed.")


def discount(s: Session) -> None:
    """A success: a command that works another way, a test that fails first, Sam is content."""
    s.prompt("add a percentage discount to the price calculation, with tests")
    s.read("webshop/prices.py", "tests/test_prices.py")
    s.says("Before I change anything, let me see that the tests pass as they are.")
    s.bash("python3 -m unittest discover -s tests", "Run the tests", exit_code=1)
    s.says(
        "Discovery took `tests` for the top level, so the relative import of `.orders` has no"
        " parent package. The project root has to be the top level: `-t .`"
    )
    s.bash(RUN_TESTS, "Run the tests from the project root")
    s.write(
        {
            "webshop/prices.py": webshop.PRICES_FLOAT_DISCOUNT,
            "tests/test_prices.py": webshop.TEST_PRICES_DISCOUNT,
        }
    )
    s.bash(RUN_TESTS, "Run the tests", exit_code=1)
    s.says(
        "Float rounding: 29.75 less 10 % is exactly 26.775, but as a float it lies just below, so"
        " `round` goes down. I'll compute with Decimal and quantize with ROUND_HALF_UP."
    )
    s.write({"webshop/prices.py": webshop.PRICES_DECIMAL_DISCOUNT})
    s.bash(RUN_TESTS, "Run the tests")
    s.bash('git commit -am "Add percentage discount"', "Commit the discount")
    s.says(
        "Done: `discounted(total, percent)` in `webshop/prices.py`, with two tests. Half a cent is"
        " rounded up with Decimal, as plain floats lost it. All 4 tests pass."
    )
    s.prompt("nice, works")
    s.says("Good to hear.")


def caching(s: Session) -> None:
    """A failure: claimed as done, reported broken, diagnosed, reverted and left out."""
    s.prompt(
        "make the totals report faster by caching the tax table, it reads tax.json for every single"
        " order"
    )
    s.read("webshop/taxes.py")
    s.write({"webshop/taxes.py": webshop.TAXES_CACHED})
    s.bash(
        "python3 - <<'EOF'\n"
        "from webshop import report, taxes\n"
        'orders = [{"id": n, "country": "DE", "lines": [(9.99, 2)]} for n in range(1000)]\n'
        "report.totals(orders)\n"
        "print(taxes.rates.cache_info())\n"
        "EOF",
        "Count how often the table is read for 1000 orders",
    )
    s.bash(f'{RUN_TESTS} && git commit -am "Cache the tax table"', "Run the tests and commit")
    s.says(
        "Done. The table is read once and kept in an `lru_cache`: 1000 orders now cost 1 read"
        " instead of 1000. All tests pass."
    )
    s.prompt("that broke again: the report shows old tax rates after i edit tax.json")
    s.says("Let me reproduce that, and see what the history of that file says.")
    s.bash(
        "python3 - <<'EOF'\n"
        "from webshop import report, taxes\n"
        'order = {"id": 1, "country": "DE", "lines": [(10.00, 1)]}\n'
        "before = taxes.TABLE.read_text()\n"
        'print("DE at 19 %:", report.totals([order]))\n'
        'taxes.TABLE.write_text(before.replace("19", "25"))\n'
        'print("DE at 25 %:", report.totals([order]))\n'
        "taxes.TABLE.write_text(before)\n"
        "EOF",
        "Edit tax.json between two reports of one process",
    )
    log = s.bash("git log --format='%h %s%n%n%b' -- webshop/taxes.py", "History of taxes.py")
    [culprit] = re.findall(r"(\w+) Read tax rates afresh", log)
    s.says(
        "Reproduced: both reports say 11.9. The cause is my `lru_cache`: it keeps the first read of"
        " tax.json for as long as the process lives, and the shop keeps running while you edit the"
        " file, so every later report has stale rates. The tests didn't notice because each run is"
        f" a new process in which the file never changes. And {culprit} had removed a global table"
        " for this very reason: I should have read `git log` of the file before caching it.\n\n"
        "To be safe, the table should be read once per report and handed down to `rate`, not kept"
        " between reports. Shall I do that, or revert?"
    )
    s.prompt("revert it and leave the caching out for today, i want to think about it")
    s.bash(f"git revert --no-edit HEAD && {RUN_TESTS}", "Revert the cache and run the tests")
    s.says(
        "Reverted: the rates are read afresh again, so edits of tax.json show at once. The report"
        " is as slow as before; the caching is not done."
    )


def shipping(s: Session) -> None:
    """A success that is steered: a rejected call, two preferences, a go-ahead."""
    s.prompt("add shipping costs to the order total: 4.90 below 50 euros, free from 50 on")
    s.edit(
        "webshop/prices.py",
        "    return round(sum(price * quantity for price, quantity in lines), 2)\n",
        "    goods = round(sum(price * quantity for price, quantity in lines), 2)\n"
        "    return goods + shipping(goods)\n\n\n"
        "def shipping(goods):\n    return 0.0 if goods >= 50.00 else 4.90\n",
    )
    s.says("For the amounts around the limit I'd like parametrised tests, so I need pytest.")
    s.rejected(
        "pip install pytest",
        "Install pytest",
        "no, we use unittest from the standard library here, don't add pytest",
    )
    s.says("Understood, unittest it is: `subTest` does the same here.")
    s.write({"tests/test_shipping.py": webshop.TEST_SHIPPING})
    s.bash(RUN_TESTS, "Run the tests")
    s.says("Shipping is part of `order_total` now, with tests around the limit. Shall I commit?")
    s.prompt(
        "always put money amounts in integer cents, never floats: rounding floats lost us a cent"
        " per order last year"
    )
    s.says(
        "Then shipping alone won't do: prices, discount and report take euros as floats too, and"
        " mixing the two units would be worse than either. I'd move all of them to cents, with the"
        " tests. Shall I?"
    )
    s.prompt("yes, go on")
    s.read("webshop/report.py", "tests/orders.py")
    s.write(
        {
            "webshop/prices.py": webshop.PRICES_CENTS,
            "webshop/report.py": webshop.REPORT_CENTS,
            "tests/orders.py": webshop.ORDERS_CENTS,
        }
    )
    # amounts with two decimals: 69.73 becomes 6973, and so on in all three tests
    s.bash(
        "python3 - <<'EOF'\n"
        "import re, pathlib\n"
        'for path in pathlib.Path("tests").glob("test_*.py"):\n'
        '    text = re.sub(r"(\\d+)\\.(\\d\\d)\\b", r"\\1\\2", path.read_text())\n'
        "    path.write_text(text)\n"
        f"EOF\n{RUN_TESTS}",
        "Turn the amounts in the tests into cents and run them",
    )
    s.bash(
        "git add -A && git commit -m 'Added the shipping costs to the order total and changed all"
        " of the money amounts to integer cents'",
        "Commit shipping and cents",
        meanwhile="and keep commit messages under 50 characters, imperative",
    )
    s.bash('git commit --amend -m "Add shipping costs, count in cents"', "Shorten the message")
    s.says(
        "Shipping costs are in, and all amounts are integer cents: a percentage is rounded in one"
        " place, `percent_of`. All 6 tests pass. The commit message is short and imperative now."
    )
