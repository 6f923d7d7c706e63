"""The guide acx answers to, walked step by step in commands of the installed program."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from tests.conftest import Run

USER = {"role": "user", "content": "Deploy API v2 to staging, blue-green please."}
AGENT = [
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "c1",
                "type": "function",
                "function": {"name": "bash", "arguments": '{"command": "make deploy ENV=staging"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "migration finished\n0 failed health checks"},
    {
        "role": "assistant",
        "content": "Deployed API v2 to staging. The migration ran before traffic was switched.",
    },
    {
        "role": "user",
        "content": "perfect, works. always run the migration before switching traffic",
    },
]
SKILL = """---
name: rollback-runbook
description: How to roll back a deployment. Use this skill when a deployment must be undone.
---

# Rollback

Run the rollback script with a timeout.
"""


def lines(*messages: object) -> bytes:
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def packed(path: Path) -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("rollback-runbook/SKILL.md", SKILL)
        archive.writestr("rollback-runbook/steps.md", "# Steps\n")
    path.write_bytes(data.getvalue())
    return path


def test_the_guide(run: Run, tmp_path: Path) -> None:
    # a space with an owner and metadata; two default skills are there by themselves
    made = run(
        "space", "create", "deploys", "--user", "alice@example.com", "--meta", "domain=deployments"
    )
    assert made.code == 0, made.err
    skills = json.loads(run("skill", "list", "--space", "deploys", "--json").out)
    assert [skill["name"] for skill in skills] == ["daily-logs", "user-general-facts"]

    # a session that belongs to it before the agent runs: pending
    session = run("session", "create", "--user", "alice@example.com").out.strip()
    attached = run("session", "attach", session, "--space", "deploys", "--json")
    assert json.loads(attached.out)["status"] == "pending"
    run("space", "create", "other")
    refused = run("session", "attach", session, "--space", "other")
    assert refused.code == 4 and "deploys" in refused.err and "other" in refused.err

    # the user's and the assistant's messages, in OpenAI form, as the agent's loop has them
    stored = run("session", "append", session, stdin=lines(USER, *AGENT))
    assert stored.out.split() == ["1", "2", "3", "4", "5"]

    # learning: pending becomes completed
    learned = run("learn")
    assert learned.code == 0, learned.err
    assert "offline" in learned.out
    page = json.loads(run("session", "list", "--space", "deploys", "--json").out)
    assert [item["status"] for item in page["items"]] == ["completed"]

    # skills are there to be read
    facts = run("skill", "show", "user-general-facts", "--space", "deploys")
    assert facts.code == 0 and facts.out.startswith("---\nname: user-general-facts")
    shown = json.loads(run("skill", "list", "--space", "deploys", "--json").out)
    files = {skill["name"]: skill["files"] for skill in shown}
    day = next(file for file in files["daily-logs"] if file != "SKILL.md")
    log = run("skill", "show", "daily-logs", day, "--space", "deploys").out
    assert "Deploy API v2 to staging" in log and "- **Outcome**: success" in log
    fact_files = [file for file in files["user-general-facts"] if file != "SKILL.md"]
    told = [
        run("skill", "show", "user-general-facts", f, "--space", "deploys").out for f in fact_files
    ]
    assert any("run the migration before switching traffic" in text for text in told)

    # a custom skill from a zip, beside the defaults; removing is idempotent
    added = run("skill", "add", str(packed(tmp_path / "skill.zip")), "--space", "deploys")
    assert added.code == 0, added.err
    listed = run("skill", "list", "--space", "deploys").out
    assert "rollback-runbook" in listed
    assert run("skill", "remove", "rollback-runbook", "--space", "deploys").code == 0
    assert run("skill", "remove", "rollback-runbook", "--space", "deploys").code == 0
    assert "rollback-runbook" not in run("skill", "list", "--space", "deploys").out

    # spaces by owner, by metadata, by page
    for number in range(3):
        run("space", "create", f"extra-{number}", "--user", "bob@example.com", "--meta", "team=x")
    by_user = json.loads(run("space", "list", "--user", "alice@example.com", "--json").out)
    assert [space["name"] for space in by_user["items"]] == ["deploys"]
    by_meta = json.loads(run("space", "list", "--meta", "domain=deployments", "--json").out)
    assert [space["name"] for space in by_meta["items"]] == ["deploys"]
    names: list[str] = []
    cursor: list[str] = []
    while True:
        page = json.loads(run("space", "list", "--limit", "2", *cursor, "--json").out)
        names += [space["name"] for space in page["items"]]
        assert page["has_more"] == bool(page["next_cursor"])
        if not page["has_more"]:
            break
        cursor = ["--after", page["next_cursor"]]
    assert sorted(names) == ["deploys", "extra-0", "extra-1", "extra-2", "other"]

    # metadata is merged in
    updated = json.loads(run("space", "update", "deploys", "--meta", "env=staging", "--json").out)
    assert updated["meta"] == {"domain": "deployments", "env": "staging"}

    # deleting forgets the space; skills and sessions are still there
    deleted = json.loads(run("space", "delete", "deploys", "--yes", "--json").out)
    kept = Path(deleted["kept"])
    assert (kept / "skills" / "daily-logs" / day).is_file()
    assert run("space", "show", "deploys").code == 3
    assert run("session", "show", session).code == 0
