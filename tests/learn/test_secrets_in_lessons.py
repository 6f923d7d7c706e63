"""No secret reaches a commit: neither by its message nor by a file, however it is disguised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from acx.learn import checks, pipeline
from acx.learn.draft import Draft
from acx.learn.port import Assignment, Skipped, Taught
from acx.model import Evidence, Lesson, Message, Task, Text
from tests.model_learner.stage import PREFERENCES, SKILLS, Talk, Tree, assignment

SECRET = "ghp_" + "a1B2c3D4e5F6" * 3
COLOURED = f"{SECRET[:9]}\x1b[0m{SECRET[9:20]}\x1b[31m{SECRET[20:]}"
HIDDEN = f"{SECRET[:9]}\u200b{SECRET[9:]}"
KEY = "\n".join(
    ["-----BEGIN PRIVATE KEY-----", *["MIIEvQIBADANBgkqhkiG9w0BAQEF" * 2] * 3,
     "-----END PRIVATE KEY-----", ""]
)  # fmt: skip


def ready(lesson: Lesson, added: str, given: Assignment, hold: str = "") -> pipeline.Ready:
    changes: Mapping[str, bytes] = {PREFERENCES: (SKILLS[PREFERENCES] + added).encode()}
    found = pipeline.checked([Taught(lesson, changes, hold=hold)], given, "fixed")
    assert not isinstance(found, Skipped), found
    return found[0]


def test_a_secret_with_colours_in_it_reaches_no_message_and_no_file() -> None:
    said = f"the token is {COLOURED} and also {HIDDEN}"
    seen = said.replace(COLOURED, SECRET)
    talk = Talk((Message("user", (Text(said),), "human", 1),))
    given = replace(
        assignment(), transcript=talk, task=Task(1, said, 1, 1, "success", f"he said {COLOURED}")
    )
    lesson = Lesson(
        f"Use {COLOURED}", "fact", f"{HIDDEN}\n{COLOURED}", (Evidence(1, "user", seen),)
    )
    item = ready(lesson, f"- Use {COLOURED}.\n- And {HIDDEN}.\n", given, hold=f"see {COLOURED}")
    written = (item.changes[PREFERENCES] or b"").decode()
    for text in (item.text, item.title, item.hold, written):
        assert SECRET[9:20] not in text and SECRET[20:] not in text
        assert "[REDACTED:github]" in text
    assert item.title == item.text.split("\n")[0]
    assert written.startswith(SKILLS[PREFERENCES])


def test_lines_of_the_person_are_left_alone() -> None:
    theirs = f"# Coding Preferences\n\n- token {SECRET}\n"
    quote = "always use uv here"
    lesson = Lesson("Use uv", "fact", "Uv.", (Evidence(4, "user", quote),))
    changes = {PREFERENCES: f"{theirs}- Use uv.\n".encode()}
    given = assignment({**SKILLS, PREFERENCES: theirs})
    found = pipeline.checked([Taught(lesson, changes)], given, "fixed")
    assert not isinstance(found, Skipped)
    assert found[0].changes == changes


def test_a_title_that_can_not_be_seen_is_none() -> None:
    lesson = Lesson("\u200b\u2060", "fact", "Uv.", (Evidence(4, "user", "always use uv here"),))
    found = pipeline.checked([Taught(lesson, {PREFERENCES: b"x\n"})], assignment(), "fixed")
    assert isinstance(found, Skipped) and "without a title" in found.reason


def test_what_is_left_out_is_told_beside_what_is_kept() -> None:
    told: list[str] = []
    quotes = (Evidence(4, "user", "always use uv here"),)
    changes = {PREFERENCES: b"x\n"}
    given = [Taught(Lesson(title, "fact", "Uv.", quotes), changes) for title in ("", "Use uv")]
    found = pipeline.checked(given, assignment(), "fixed", tell=told.append)
    assert not isinstance(found, Skipped)
    assert ([item.title for item in found], told) == (["Use uv"], ["a lesson without a title"])


def test_the_check_sees_through_colours_and_over_lines() -> None:
    tree = Tree(SKILLS)
    for added, kind in ((COLOURED, "github"), (HIDDEN, "github"), (KEY, "private-key")):
        draft = Draft(tree)
        draft.write(PREFERENCES, f"{SKILLS[PREFERENCES]}{added}\n")
        assert any(f"a secret ({kind})" in said for said in checks.forbidden(draft, tree))
    known = Tree({**SKILLS, PREFERENCES: KEY})
    draft = Draft(known)
    draft.write(PREFERENCES, f"{KEY}- Use uv.\n")
    assert checks.forbidden(draft, known) == []
