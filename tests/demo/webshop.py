"""The made-up project of the sample session: its files, in the states the story takes them through.

Only texts: `story.py` says when which is written, `record.py` writes them.
"""

from __future__ import annotations

PRICES = '''\
"""Prices of orders, in euros."""


def order_total(lines):
    return round(sum(price * quantity for price, quantity in lines), 2)
'''

PRICES_FLOAT_DISCOUNT = '''\
"""Prices of orders, in euros."""


def order_total(lines):
    return round(sum(price * quantity for price, quantity in lines), 2)


def discounted(total, percent):
    return round(total * (100 - percent) / 100, 2)
'''

PRICES_DECIMAL_DISCOUNT = '''\
"""Prices of orders, in euros."""

from decimal import ROUND_HALF_UP, Decimal


def order_total(lines):
    return round(sum(price * quantity for price, quantity in lines), 2)


def discounted(total, percent):
    """The total less a discount, half a cent rounded up."""
    exact = Decimal(str(total)) * (100 - percent) / 100
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))
'''

PRICES_CENTS = '''\
"""Prices of orders, in integer cents."""


def order_total(lines):
    goods = sum(price * quantity for price, quantity in lines)
    return goods + shipping(goods)


def shipping(goods):
    return 0 if goods >= 5000 else 490


def percent_of(cents, percent):
    """So many percent of an amount, half a cent rounded up."""
    return (cents * percent + 50) // 100


def discounted(total, percent):
    return percent_of(total, 100 - percent)
'''

TAXES_GLOBAL = '''\
"""Tax rates by country, in percent."""

import json
from pathlib import Path

TABLE = Path(__file__).with_name("tax.json")
RATES = json.loads(TABLE.read_text())


def rate(country):
    return RATES[country]
'''

TAXES = '''\
"""Tax rates by country, in percent."""

import json
from pathlib import Path

TABLE = Path(__file__).with_name("tax.json")


def rate(country):
    return json.loads(TABLE.read_text())[country]
'''

TAXES_CACHED = '''\
"""Tax rates by country, in percent."""

import json
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("tax.json")


@lru_cache(maxsize=None)
def rates():
    return json.loads(TABLE.read_text())


def rate(country):
    return rates()[country]
'''

REPORT = '''\
"""The totals report: what each order comes to with tax."""

from webshop.prices import order_total
from webshop.taxes import rate


def totals(orders):
    return {
        order["id"]: round(order_total(order["lines"]) * (100 + rate(order["country"])) / 100, 2)
        for order in orders
    }
'''

REPORT_CENTS = '''\
"""The totals report: what each order comes to with tax, in cents."""

from webshop.prices import order_total, percent_of
from webshop.taxes import rate


def totals(orders):
    return {
        order["id"]: percent_of(order_total(order["lines"]), 100 + rate(order["country"]))
        for order in orders
    }
'''

ORDERS = '''\
"""Orders to test with: lines of price and quantity."""

LARGE = [(19.99, 2), (29.75, 1)]
'''

ORDERS_CENTS = '''\
"""Orders to test with: lines of price in cents and quantity."""

LARGE = [(1999, 2), (2975, 1)]
'''

TEST_PRICES = """\
import unittest

from webshop.prices import order_total

from .orders import LARGE


class OrderTotal(unittest.TestCase):
    def test_sums_its_lines(self):
        self.assertEqual(order_total(LARGE), 69.73)
"""

TEST_PRICES_DISCOUNT = """\
import unittest

from webshop.prices import discounted, order_total

from .orders import LARGE


class OrderTotal(unittest.TestCase):
    def test_sums_its_lines(self):
        self.assertEqual(order_total(LARGE), 69.73)


class Discounted(unittest.TestCase):
    def test_takes_a_percentage_off(self):
        self.assertEqual(discounted(50.00, 20), 40.00)

    def test_rounds_half_a_cent_up(self):
        self.assertEqual(discounted(29.75, 10), 26.78)
"""

TEST_SHIPPING = """\
import unittest

from webshop.prices import order_total, shipping


class Shipping(unittest.TestCase):
    def test_is_free_from_fifty_euros(self):
        for goods, cost in [(49.99, 4.90), (50.00, 0), (120.00, 0)]:
            with self.subTest(goods=goods):
                self.assertEqual(shipping(goods), cost)

    def test_is_part_of_the_total(self):
        self.assertEqual(order_total([(10.00, 2)]), 24.90)
"""

TEST_REPORT = """\
import unittest

from webshop.report import totals

from .orders import LARGE


class Totals(unittest.TestCase):
    def test_adds_the_tax_of_the_country(self):
        order = {"id": 1, "country": "DE", "lines": LARGE}
        self.assertEqual(totals([order]), {1: 82.98})
"""

HISTORY = (
    (
        "Add prices of orders",
        {
            "webshop/__init__.py": "",
            "webshop/prices.py": PRICES,
            "tests/__init__.py": "",
            "tests/orders.py": ORDERS,
            "tests/test_prices.py": TEST_PRICES,
        },
    ),
    (
        "Add totals report",
        {
            "webshop/taxes.py": TAXES_GLOBAL,
            "webshop/tax.json": '{"AT": 20, "DE": 19, "FR": 20}\n',
            "webshop/report.py": REPORT,
            "tests/test_report.py": TEST_REPORT,
        },
    ),
    (
        "Read tax rates afresh for each order\n\n"
        "The shop keeps running while tax.json is edited: with the table in a\n"
        "global, reports showed the old rates until the next restart.",
        {"webshop/taxes.py": TAXES},
    ),
)
"""The commits before the session: message, and the files as they were then written."""
