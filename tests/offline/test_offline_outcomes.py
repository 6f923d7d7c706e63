"""Ends that were judged wrongly: praise of what didn't happen, thanks for a no, claims denied."""

from __future__ import annotations

from typing import Any

import pytest

from acx.learn.offline.verdicts import leaves, verdict

VERDICTS = {
    "super, merci": "good",
    "looks right, I sent it out": "good",
    "checked, works": "good",
    "monday is fine. thanks, closing this": "good",
    "ok, that's it, closing": "",
    "SW1A 1AA, thanks": "",
    "hm, i don't see it": "bad",
    "the flicker bug is back": "bad",
    "rebased, CI red on the first run": "bad",
    "they say they have no table for us": "bad",
    "that's way too slow": "bad",
    "the parcel never arrived": "bad",
    "revert everything, we wait for the next release": "dropped",
    "undo all you changed": "dropped",
    "two of them came with broken lids": "",
    "now it broke again": "bad",
}


@pytest.mark.parametrize("said", VERDICTS)
def test_verdicts(said: str) -> None:
    assert verdict(said) == VERDICTS[said]


@pytest.mark.parametrize("said", ["ok thats it, closing", "done for today", "bye!", "off to lunch"])
def test_who_goes_wants_no_answer(said: str) -> None:
    assert leaves(said)


ENDS = {
    "thanks for a no is no success": (
        """
        user: put the two tickets onto one invoice
        call: get_invoice id=7 => {"id": 7}
        agent: I'm unable to merge invoices that were sent already.
        user: ok, thanks
        agent: You're welcome.
        """,
        "failed",
    ),
    "praise of a booking that was refused": (
        """
        user: reserve the small hall for friday
        call: reserve_hall day=friday => {"error": {"code": "TAKEN", "message": "hall is taken"}}
        agent: I've reserved the hall for Friday.
        user: brilliant
        """,
        "failed",
    ),
    "refused first, done in the end": (
        """
        user: reserve the small hall for friday
        call: reserve_hall day=friday => {"ok": false, "reason": "no name given"}
        call: reserve_hall day=friday name=Lin => {"ok": true}
        agent: The hall is reserved.
        user: brilliant
        """,
        "success",
    ),
    "a claim denied later, and met by words alone": (
        """
        user: reserve the small hall for friday
        call: reserve_hall day=friday => {"ok": true}
        agent: Reserved.
        user: lovely
        user: the caretaker called, they say there is no entry
        agent: I am sorry to hear that.
        """,
        "failed",
    ),
    "a claim denied later, and met by work": (
        """
        user: put the price onto the label
        edit: /home/sam/webshop/label.py
        agent: Done, the price is on the label.
        user: hm, i don't see it
        edit: /home/sam/webshop/print.py
        agent: The printer had another template, now it's there.
        user: ta. done for today
        """,
        "success",
    ),
    "dropped, and then goodbye": (
        """
        user: move the shop to the new router
        edit: /home/sam/webshop/routes.py
        agent: The new router has no hooks for us. I could patch it.
        user: no patching. revert everything, we stay on the old one
        run: git checkout . => 0 |
        agent: All is as it was.
        user: ok thats it, closing
        """,
        "failed",
    ),
    "a remark and a goodbye need no answer": (
        """
        user: publish the wheel
        run: twine upload dist/* => 0 | Uploading
        agent: It is published, rather slowly today.
        user: done for today
        """,
        "success",
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_how_it_ended(name: str, desk: Any) -> None:
    conversation, status = ENDS[name]
    (task,) = desk.tasks(desk.script(conversation))
    assert task.status == status, task.because


def test_a_claim_that_was_denied_is_not_told_as_what_was_done(desk: Any) -> None:
    talk = desk.script(
        """
        user: put the new build onto the test server
        run: ./upload.sh => 0 | uploaded
        agent: Done: the new build is on the test server, everybody can use it now.
        user: nope, nothing there. last one is from friday
        run: ./upload.sh --wait => 0 | accepted
        agent: I've uploaded it with --wait, and the server has accepted the build.
        user: i see it now. thanks
        """
    )
    (task,) = desk.tasks(talk)
    assert task.status == "success"
    (lesson,) = desk.all(desk.space(), talk)
    assert "accepted the build" in lesson.lesson.summary
    assert "everybody can use it" not in lesson.lesson.summary


def test_a_letter_that_was_pasted_decides_nothing(desk: Any) -> None:
    talk = desk.script(
        """
        user: publish the app
        run: ./upload.sh => 0 | uploaded
        agent: It is published.
        user: i got this:\\nDear Developer,\\nThe list should contain a purpose.\\nThe Team
        edit: /home/sam/webshop/list.txt
        agent: I've added the purpose to the list.
        user: perfect
        """
    )
    space = desk.space()
    desk.all(space, talk)
    assert "should contain" not in space.text("skills/daily-logs/2025-06-15.md")
