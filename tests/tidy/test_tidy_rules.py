"""Tidying by rule: tree in, tree out, and nothing lost that isn't named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills_ref import validate

from acx import skillfile
from acx.learn.tidy.splits import MOST_CHARS
from tests.tidy.stage import CODING, FACTS, FACTS_LAW, GIT, law, nothing_is_lost, tidied, write

UV = "- Use uv instead of pip in Python projects."


def facts(**files: str) -> dict[str, str]:
    return {**FACTS_LAW, **{f"{FACTS}/{name}-preferences.md": text for name, text in files.items()}}


def test_the_same_fact_in_two_files_is_said_once() -> None:
    before = facts(coding=f"# Coding\n\n{UV}\n- Use tabs.\n", git=f"# Git\n\n{UV}\n- Squash it.\n")
    (step,), left, after = tidied(before)
    assert not left and step.kind == "merge" and step.dropped == ()
    assert after[CODING] == before[CODING]
    assert after[GIT] == "# Git\n\n- Squash it.\n"
    assert CODING in step.reason and GIT in step.reason
    assert step.title == f"Say once: {UV[2:]}"


def test_the_better_placed_of_two_that_say_the_same_is_kept() -> None:
    squash = "- Squash git commits before merging them."
    before = facts(coding=f"# Coding\n\n{squash}\n- Tabs.\n", git=f"# Git\n\n{squash}\n- Rebase.\n")
    _, _, after = tidied(before)
    assert squash not in after[CODING] and squash in after[GIT]


def test_the_skill_to_which_the_learner_would_write_keeps_the_fact() -> None:
    fact = "- Use terraform plan before each apply of infrastructure."
    topics = law("infra", layout="topic-facts\n  acx-topics: terraform")
    page = {"skills/infra/coding-preferences.md": f"# Infra\n\n{fact}\n"}
    other = facts(terraform=f"# Terraform\n\n{fact}\n- A b.\n")
    before = {**page, "skills/infra/SKILL.md": topics, **other}
    _, _, after = tidied(before)
    assert fact in after["skills/infra/coding-preferences.md"]
    assert fact not in after[f"{FACTS}/terraform-preferences.md"]


def test_the_one_that_says_why_is_kept_and_the_other_is_named() -> None:
    why = "- Put money amounts in integer cents: rounding lost us one."
    bare = "- Always put money amounts in integer cents."
    before = facts(coding=f"# Coding\n\n{bare}\n- Use tabs.\n", money=f"# Money\n\n{why}\n")
    (step,), _, after = tidied(before)
    assert bare not in after[CODING] and why in after[f"{FACTS}/money-preferences.md"]
    (dropped,) = step.dropped
    assert dropped.line == bare and why in dropped.why


def test_two_reasons_are_put_into_one_entry() -> None:
    one = "- Use uv in every project because pip is slow. (shop)"
    other = "- Use uv in every project because it locks. (shop)"
    (step,), _, after = tidied(
        facts(coding=f"# Coding\n\n{one}\n", git=f"# Git\n\n- A b.\n{other}\n")
    )
    both = "- Use uv in every project because pip is slow; also because it locks. (shop)"
    assert step.kind == "fold" and f"{both}\n" in after[CODING]
    assert {dropped.line for dropped in step.dropped} == {one, other}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("- Use port 8080 for the service.", "- Use port 8081 for the service."),
        ("- Always squash before merging.", "- Never squash before merging."),
        ("- Use pytest in all projects. (shop)", "- Use pytest in all projects. (blog)"),
        ("- **Role**: Lead of the payments team", "- **Role**: Lead of the payments team"),
        ("1. Run the migration for the shop", "1. Run the migration for the shop"),
        ("```\n- Use uv for all of it\n```", "- Use uv for all of it"),
        ("| Use uv | for all of it |", "| Use uv | for all of it |"),
        ("Before a release:\n\n- Run all of the tests", "After one:\n\n- Run all of the tests"),
        ("- It needs thirty seconds to start", "- It needs thirty seconds to start"),
    ],
)
def test_what_only_looks_alike_is_left(one: str, other: str) -> None:
    before = facts(coding=f"# Coding\n\n{one}\n", git=f"# Git\n\n{other}\n")
    assert tidied(before) == ([], [], before)


HEAD = "| Service | Port |\n|---|:--:|\n"
SHOP, BLOG = "| shop | 8080 |\n", "| blog | 8081 |\n"


def test_a_row_that_a_table_has_twice_is_said_once() -> None:
    table = f"# Coding\n\nBefore.\n\n{HEAD}{SHOP}{BLOG}|shop  | 8080|\n\nAfter.\n"
    (step,), left, after = tidied(facts(coding=table))
    assert not left and step.kind == "merge" and step.title == "Say once: | shop | 8080 |"
    assert [dropped.line for dropped in step.dropped] == ["|shop  | 8080|"]
    assert after[CODING] == f"# Coding\n\nBefore.\n\n{HEAD}{SHOP}{BLOG}\nAfter.\n"


@pytest.mark.parametrize(
    "page",
    [
        f"{HEAD}{SHOP}{BLOG}| Shop | 8080 |\n",
        f"{HEAD}{SHOP}| | shop | 8080 |\n| shop | | 8080 |\n| sh\\|op | 8080 |\n| sh|op | 8080 |\n",
        f"{HEAD}| yes |\n| yes |\n",
        f"{HEAD}{SHOP}\n{HEAD}{SHOP}",
        f"{SHOP}{SHOP}",
        f"| Step | Command |\n|---|---|\n| restart it | now |\n{SHOP}| restart it | now |\n",
        f"```\n{HEAD}{SHOP}{SHOP}```\n",
    ],
)
def test_rows_that_may_be_meant_twice_are_left(page: str) -> None:
    before = facts(coding=f"# Coding\n\n{page}")
    assert tidied(before) == ([], [], before)


def test_a_place_may_say_what_the_entry_does_not() -> None:
    entry = "- Run the database migration before switching the traffic."
    staging = {"skills/ops/SKILL.md": law("ops")}
    for name in ("staging", "production"):
        staging[f"skills/ops/{name}.md"] = f"# {name.title()}\n\n{entry}\n"
    assert tidied(staging)[0] == []
    twice = {
        "skills/ops/SKILL.md": law("ops"),
        "skills/ops/a.md": f"# A\n\n{entry}\n- x y\n{entry}\n",
    }
    assert tidied(twice)[2]["skills/ops/a.md"] == f"# A\n\n{entry}\n- x y\n"


def test_a_title_may_turn_what_stands_below_it() -> None:
    entry = "- Use mocks for the database in tests."
    assert (
        tidied(facts(coding=f"# Coding\n\n{entry}\n", old=f"# Things to avoid\n\n{entry}\n"))[0]
        == []
    )
    headings = f"# Coding\n\n## Do\n\n{entry}\n\n## Don't\n\n{entry}\n"
    assert tidied(facts(coding=headings))[0] == []


def test_across_skills_if_the_entry_says_what_their_names_say() -> None:
    entry = "Give docker containers host networking in the deploy job, or the health check fails."
    before = {
        "skills/docker/SKILL.md": law("docker", f"# Docker\n\n- {entry}\n"),
        "skills/deploy/SKILL.md": law("deploy", f"# Deploy notes\n\n- {entry}\n- And this.\n"),
    }
    (step,), _, after = tidied(before)
    assert step.kind == "merge" and sum(entry in text for text in after.values()) == 1


@pytest.mark.parametrize(
    ("skill", "name", "layout"),
    [
        ("daily-logs", "2026-06-01.md", "daily-log"),
        ("work", "2026-06-01.md", ""),
        ("work", "decision-log.md", ""),
        ("journal", "june.md", ""),
    ],
)
def test_logs_are_left_as_they_are(skill: str, name: str, layout: str) -> None:
    entry = "## Task: Deploy\n- Deployed the shop with the new script.\n"
    page = f"# Log\n\n{entry}\n{entry}\n## Empty\n" + "- line of a log\n" * 4000
    before = {f"skills/{skill}/SKILL.md": law(skill, layout=layout), f"skills/{skill}/{name}": page}
    assert tidied(before)[::2] == ([], before)


ERROR = "## ImportError: no module\n- **Symptom**: `pytest` stops\n- **Fix**: Install it first.\n"


def test_an_error_told_twice_names_all_occasions() -> None:
    one, other = f"{ERROR}- **Seen**: 2026-06-01, shop", f"{ERROR}- **Seen**: 2026-06-02, blog"
    path = "skills/error-patterns/pytest.md"
    before = {
        "skills/error-patterns/SKILL.md": law("error-patterns", layout="error-list"),
        path: f"# pytest\n\n{one}\n\n{other}\n\n{ERROR.replace('Install', 'Upgrade')}",
    }
    (step,), _, after = tidied(before)
    assert after[path].count("- **Fix**: Install it first.") == 1 and "Upgrade it" in after[path]
    assert "- **Seen**: 2026-06-01, shop; 2026-06-02, blog\n" in after[path]
    nothing_is_lost(before, [step], after)


def test_titles_with_nothing_below_them_and_empty_files_go() -> None:
    before = {
        "skills/ops/SKILL.md": law("ops", "# Ops\n\n## Known issues\n\nSee kept.md."),
        "skills/ops/a.md": "# A\n\n## Gone\n\n### Gone too\n\n## Stays\n\n- It is here\n\n## End\n",
        "skills/ops/empty.md": "\n",
        "skills/ops/bare.md": "# Bare\n\n## Nothing\n",
        "skills/ops/kept.md": "# Kept\n",
    }
    steps, _, after = tidied(before)
    assert after["skills/ops/a.md"] == "# A\n\n## Stays\n\n- It is here\n"
    assert sorted(after) == ["skills/ops/SKILL.md", "skills/ops/a.md", "skills/ops/kept.md"]
    assert after["skills/ops/SKILL.md"] == before["skills/ops/SKILL.md"]
    nothing_is_lost(before, steps, after)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("---\nname: Other\ndescription: Use this when it rains.\n---\n\nText.\n", "name: ops"),
        ("---\ndescription: Use this when it rains.\n---\n\nText.\n", "name: ops"),
        (
            "---\nname: ops\n---\n\n# Ops\n\nHow we run the shop. And on.\n\n## Backups\n\n- a b\n",
            "description: How we run the shop. Use this skill when a task is about Ops or Backups.",
        ),
        (
            "---\nname: ops\ndescription: Deploys: use this when you deploy.\n---\n\nText.\n",
            'description: "Deploys: use this when you deploy."',
        ),
        (
            "# Ops\n\nHow we run the shop.\n",
            "description: How we run the shop. Use this skill when",
        ),
        (
            "---\nname: ops\n"
            f"description: Use this when it rains. {'It pours a lot. ' * 90}\n---\n\n# A\n",
            "description: Use this when it rains. It pours a lot.",
        ),
        (
            f"---\nname: ops\ndescription: Use this when {'it rains ' * 150}\n---\n\nText.\n",
            'description: "Use this when it rains',
        ),
    ],
)
def test_names_and_descriptions_are_repaired(tmp_path: Path, text: str, wanted: str) -> None:
    before = {"skills/ops/SKILL.md": text}
    (step,), left, after = tidied(before)
    now = after["skills/ops/SKILL.md"]
    assert step.kind == "repair" and not left and wanted in now
    assert [p for p in skillfile.problems(now, "ops") if p.severity == "error"] == []
    write(tmp_path, after)
    assert validate(tmp_path / "skills/ops") == []
    nothing_is_lost(before, [step], after)
    assert "".join(now.split()).count("Itpoursalot.") == "".join(text.split()).count("Itpoursalot.")


def test_what_would_need_a_guess_is_left_and_told() -> None:
    good = "description: Use this when it rains.\n---\n\nText.\n"
    before = {
        "skills/Big_Name/SKILL.md": f"---\nname: big-name\n{good}",
        "skills/ops/SKILL.md": f"---\nname: [a\n{good}",
    }
    steps, left, after = tidied(before)
    assert steps == [] and after == before
    assert "skills/Big_Name/SKILL.md" in left[0].reason and "skills/ops" in left[-1].reason


def sections(count: int, lines: int) -> str:
    return "\n".join(
        f"## Part {n}\n\n" + "".join(f"- Part {n} says thing {m}\n" for m in range(lines))
        for n in range(count)
    )


def test_a_skill_of_too_many_lines_is_split_at_its_headings() -> None:
    body = f"# Ops\n\nHow it works.\n\n## Adding and updating\n\n- Keep it.\n\n{sections(4, 180)}"
    fence = "```\n## Part 9\n```\n"
    before = {"skills/ops/SKILL.md": law("ops", f"{body}\n{fence}")}
    (step,), left, after = tidied(before)
    assert step.kind == "split" and not left
    main = after["skills/ops/SKILL.md"]
    assert main.count("\n") <= skillfile.MOST_LINES and "- Keep it." in main
    parts = sorted(path.split("/")[-1] for path in step.changes if not path.endswith("SKILL.md"))
    assert parts and all(f"Moved to [{name}]({name})." in main for name in parts)
    assert skillfile.problems(main, "ops", {p.split("/")[-1] for p in after}) == []
    assert step.dropped == ()
    nothing_is_lost(before, [step], after)
    everything = "\n".join(after.values())
    assert all(everything.count(f"- Part {n} says thing 7\n") == 1 for n in range(4))
    assert tidied(after) == ([], [], after)


def test_a_data_file_that_is_too_large_is_split_and_named_in_the_skill() -> None:
    path = "skills/ops/notes.md"
    before = {"skills/ops/SKILL.md": law("ops"), path: f"# Notes\n\n{sections(4, 600)}"}
    (step,), _, after = tidied(before)
    assert len(after[path]) <= MOST_CHARS
    new = [name.split("/")[-1] for name in after if name not in before]
    assert new and all(f"- [{name}]({name}): Part" in after["skills/ops/SKILL.md"] for name in new)
    nothing_is_lost(before, [step], after)
    assert tidied(after)[0] == []


def test_a_large_file_without_headings_is_left_and_told() -> None:
    before = {"skills/ops/SKILL.md": law("ops"), "skills/ops/a.md": "text and more text\n" * 3000}
    steps, (left,), _ = tidied(before)
    assert steps == [] and "skills/ops/a.md: 3,000 lines" in left.reason


def test_what_a_lesson_may_not_write_stays_where_it_is() -> None:
    body = sections(4, 180).replace("says thing 1\n", "says <!-- hidden -->\n")
    before = {"skills/ops/SKILL.md": law("ops", body)}
    steps, left, after = tidied(before)
    assert steps == [] and after == before and "HTML comment" in left[0].reason


def test_windows_line_ends_stay() -> None:
    before = facts(
        coding=f"# Coding\r\n\r\n{UV}\r\n- Use tabs.\r\n",
        git=f"# Git\r\n\r\n- Squash.\r\n\r\n{UV}\r\n",
    )
    _, _, after = tidied(before)
    assert after[GIT] == "# Git\r\n\r\n- Squash.\r\n"


RULES = ("Use uv in all the projects", "use uv in all projects", "Never use uv in all projects")
ENDS = (".", "", " because pip is slow", " since it locks", ": it locks.", "; only here", " (shop)")
ENTRY = st.builds("{}{}".format, st.sampled_from((*RULES, "Port 80", "uv")), st.sampled_from(ENDS))
LINE = st.one_of(
    *[ENTRY.map("- {}".format)] * 4,
    ENTRY.map("  - {}".format),
    ENTRY.map("{}".format),
    ENTRY.map("## {}".format),
    ENTRY.map("1. {}".format),
    st.sampled_from(
        ["", "# Title", "```", "| a | b |", "|---|---|", "---", "- **Seen**: now", "> said", "==="]
    ),
)
PAGE = st.lists(LINE, max_size=14).map(lambda rows: "\n".join([*rows, ""]))
NAMES = ("a.md", "coding-preferences.md", "log.md", "SKILL.md")


@given(st.dictionaries(st.tuples(st.sampled_from(("x", "y")), st.sampled_from(NAMES)), PAGE))
def test_nothing_is_lost_and_twice_is_once(pages: dict[tuple[str, str], str]) -> None:
    layouts = {"x": "topic-facts", "y": "error-list"}
    before = {
        f"skills/{skill}/SKILL.md": law(skill, layout=layout) for skill, layout in layouts.items()
    }
    before |= {
        f"skills/{skill}/{name}": law(skill, page) if name == "SKILL.md" else page
        for (skill, name), page in pages.items()
    }
    steps, _, after = tidied(before)
    nothing_is_lost(before, steps, after)
    again, _, same = tidied(after)
    assert again == [] and same == after
    for skill in layouts:
        assert after.get(f"skills/{skill}/log.md") == before.get(f"skills/{skill}/log.md")
