"""Titles are a person's words for what they want, never code; a later request is its own task."""

from __future__ import annotations

from typing import Any

import pytest

from acx.learn.offline.titles import title

TITLES = {
    "[Bug]: set_active() not working for groups\n### Bug summary\n\nIt does nothing.\n\n"
    "### Code for reproduction\n\nimport shop.groups as g\ng.set_active()": (
        "[Bug]: set_active() not working for groups"
    ),
    f"name = str_of(name) problem\nIn shop/names.py is a command:\n\n{'It goes wrong. ' * 20}": (
        "`name = str_of(name)` problem"
    ),
    "shop_model.Price has no parameter\n#### Description\nIt should have one.": (
        "shop_model.Price has no parameter"
    ),
    "import numpy as np\nx = np.ones(3)\nwhy is this slow when I call it twice?": (
        "Why is this slow when I call it twice"
    ),
    "> fix the export of orders": "Fix the export of orders",
    "- fix the export of orders": "Fix the export of orders",
    "# Fix the export of orders": "Fix the export of orders",
    "when I'm in a fork, the refs are put there. but we would want the branch also go to us": (
        "When I'm in a fork, the refs are put there"
    ),
    'I get `hook` not found. "Did you\nforget something?" Can we fix the hooks of this folder?': (
        "Fix the hooks of this folder"
    ),
    "I need some help with my order": "I need some help with my order",
}


@pytest.mark.parametrize("said", TITLES)
def test_titles_are_a_persons_words(said: str) -> None:
    assert title(said) == TITLES[said]


def test_a_later_request_is_a_task_of_its_own(desk: Any) -> None:
    talk = desk.script(
        """
        user: show tools
        agent: I can read and write files. What would you like to do?
        user: let's update the defualt timeout to 90 in the env var
        edit: config.py
        agent: I updated the timeout.
        """
    )
    assert [task.title for task in desk.tasks(talk)] == [
        "Show tools",
        "Update the defualt timeout to 90 in the env var",
    ]
    space = desk.space()
    assert [lesson.lesson.title for lesson in desk.all(space, talk)] == [
        "Done: Update the defualt timeout to 90 in the env var"
    ]


def test_a_word_that_is_no_verb_can_order(desk: Any) -> None:
    talk = desk.script(
        """
        user: show tools
        agent: I can read and write files.
        user: expore the repository and figure out issues. focus on security
        run: make audit => 0 | ok
        agent: The audit is done.
        """
    )
    assert [task.number for task in desk.tasks(talk)] == [1, 2]
