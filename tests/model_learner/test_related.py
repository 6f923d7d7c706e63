"""Which files are shown with a lesson."""

from __future__ import annotations

import os
import subprocess
import sys

RANKED = """
from acx.learn.related import related
from tests.model_learner.stage import Tree

words = [f"word{n}x" for n in range(40)]
pages = {f"skills/z/{n}.md": " ".join(words[:n]) for n in range(1, 40)}
for name in "abcdef":  # every other one has many words besides, and is gone through otherwise
    others = [f"{name}{n}only" for n in range(300)] if name in "ace" else []
    pages[f"skills/{name}/x.md"] = " ".join([*words, *others])
asked = [*words, *(f"asked{n}for" for n in range(90))]
print([path[7] for path in related(Tree(pages), " ".join(asked))[:6]])
"""


def test_files_that_share_the_same_words_come_by_name_in_every_run() -> None:
    """The order of a set changes with the seed, and with it the last digit of a plain sum."""
    for seed in range(4):
        env = {**os.environ, "PYTHONHASHSEED": str(seed)}
        done = subprocess.run(
            [sys.executable, "-c", RANKED], env=env, capture_output=True, text=True, check=True
        )
        assert done.stdout == "['a', 'b', 'c', 'd', 'e', 'f']\n"
