"""Broader forms, each tried on many wordings and on look-alikes that mean something else."""

from __future__ import annotations

from typing import Any

import pytest

from acx.learn.offline.causes import cause, explains
from acx.learn.offline.preferences import facts
from acx.learn.offline.reports import unsolved
from acx.learn.offline.requests import comes_next, left_out, refers_back, requests, several
from acx.learn.offline.rivals import contradicts
from acx.learn.offline.steps import Said
from acx.learn.offline.tasks import TaskFinder
from acx.learn.offline.verdicts import contests, verdict

VERDICTS = {
    "bad": [
        "the second column still isn't sorted",
        "the totals aren't right, look at may",
        "you mixed up the two addresses",
        "you used the wrong template",
        "no, i said portrait",
        "hm, the last part wasn't correct",
        "you forgot the attachments",
        "klappt leider nicht",
        "die summe ist falsch",
        "dienstag hatte ich gesagt",
        "it still won't open on my phone",
    ],
    "dropped": [
        "ok, then we just can't have it in the old version",
        "not the outcome I was hoping for, but fine",
        "we'll have to live with the noise",
        "nothing we can do then. closing",
        "dead end. let's call it a day",
        "i'm giving up on this printer",
        "bringt nichts, lass es",
        "ok, ich geb auf",
    ],
    "good": [
        "everything is in place, thx",
        "both invoices arrived, thank you!",
        "alles angekommen, danke",
        "yes! the light is on",
        "that's the one",
        "yep that's exactly what we wanted",
        "this is how it should look",
        "ah, thats more like it",
        "finally! the queue is empty",
        "genau so",
    ],
    "": [
        "no thanks",
        "Miller, thanks",
        "the blue one please, thanks",
        "and the second file, thanks",
        "if it isn't right tell me",
        "make sure the sums are right",
        "i still don't know which one I want",
        "what happens if you forgot one?",
        "can't we live with two of them?",
        "i said yes to the other offer",
        "could you send it once it's there, thanks",
        "yes! now do the kitchen",
        "das ist nicht nötig",
    ],
}


@pytest.mark.parametrize(("said", "meant"), [(s, v) for v in VERDICTS for s in VERDICTS[v]])
def test_verdicts_in_other_words(said: str, meant: str) -> None:
    assert verdict(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("who told you that? the vat is 7", True),
        ("since when do we ship to malta? only the mainland", True),
        ("where did you get the 30 days from", True),
        ("nobody said anything about a discount", True),
        ("says who", True),
        ("i never asked for a backup, only for the list", True),
        ("wer sagt das? netto, nicht brutto", True),
        ("you swapped height and width", True),
        ("who says hello first in that play?", True),  # even so: only where work was done
        ("since the move we have no printer", False),
        ("where is the list", False),
        ("i never know which is which", False),
    ],
)
def test_contested(said: str, meant: bool) -> None:
    assert contests(said) is meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ok now the same for the annexe", True),
        ("good. and now the same with the march folder", True),
        ("do that for the other three too", True),
        ("repeat it for the french edition", True),
        ("same again for building B", True),
        ("ditto for the second invoice", True),
        ("jetzt noch das gleiche für die rechnung", True),
        ("mach das selbe bitte für kiel", True),
        ("and now the other one too", True),
        ("it's the same for me", False),
        ("the same error is there", False),
        ("do it the way I said", False),
        ("apply it", False),
        ("das gleiche problem wie gestern", False),
        ("now the other one is broken", False),
    ],
)
def test_left_out(said: str, meant: bool) -> None:
    assert left_out(said) is meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("make the legend a bit smaller", True),
        ("make the title bolder", True),
        ("can you make the margins wider", True),
        ("make all labels one size larger", True),
        ("put a note on pages like that", True),
        ("add one more of those", True),
        ("please make the intro shorter", True),
        ("make these lines thicker", True),
        ("make a smaller copy of the logo", False),
        ("make the import faster", False),
        ("write a letter to the landlord", False),
        ("make a list of larger towns", False),
    ],
)
def test_more_of_the_same_work(said: str, meant: bool) -> None:
    assert refers_back(said) is meant


SEVERAL = {
    "two things: the turnover per region, and which shop lost the most": 2,
    "hi, two questions: how many seats are left and who booked row 4": 2,
    "three things please: rename the folder; write a readme; delete the old scans": 3,
    "can you 1. list the open orders 2. draft a mail to each of them": 2,
    "pls 1) crop the photos 2) names of files by date 3) put all in a zip": 3,
    "zwei dinge: die liste der gäste, und was kostet der saal": 2,
    "i need 1. a table of all rooms 2. a plan of the second floor": 2,
    "2 tasks: translate the menu, and the prices in dollars please": 2,
    "steps: can you reproduce 1. open the page 2. press the button twice": 0,
    "two things: I was late, and the bus was full": 0,
    "upgrade to version 1. 2. is broken": 0,
    "there are two things: bugs": 0,
    "when i do 1. open it 2. close it the app needs a restart": 0,
    "write about two things: love": 0,
}


@pytest.mark.parametrize("said", SEVERAL)
def test_several(said: str) -> None:
    assert len(several(said)) == SEVERAL[said]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("such mir bitte einen arzt", True),
        ("ok, dann schreib noch eine mail an petra", True),
        ("reservier mal einen tisch", True),
        ("lösch die alten dateien", True),
        ("prüf bitte die zahlen", True),
        ("ich brauche eine liste der gäste", True),
        ("wir bräuchten noch zwei zimmer", True),
        ("fass das protokoll zusammen", True),
        ("kannst du mir die fotos sortieren", True),
        ("such a mess", False),
        ("earlier was better", False),
        ("ich möchte nicht", False),
        ("such ich später", False),
        ("bau ich morgen", False),
        ("zeig ich dir gleich", False),
    ],
)
def test_german_requests(said: str, meant: bool) -> None:
    assert requests(said) is meant


TALK = [
    "morning :)\nslept badly, the heating went on at 5\n"
    "haha. what do you call a sad coffee. depresso\nmy son says robots dream in binary",
    "hey\nit rained 3 days here\nlol from now on nobody may say the word monday",
    "hi there 😄\nknock knock haha\nthe cat sits on my keyboard again",
]
WORK = [
    "morning :)\ncan you rename the scans, haha they're all called scan1",
    "hi\nthe import fails with 500 since yesterday",
    "haha ok, please book a table for 4",
    "the app crashes on start lol",
]


def tasks(desk: Any, lines: str) -> int:
    talk = desk.script("".join(f"user: {line}\nagent: I see.\n" for line in lines.split("\n")))
    return len(TaskFinder().find(talk.read()))


@pytest.mark.parametrize("lines", TALK)
def test_laughter_before_any_work_is_talk(desk: Any, lines: str) -> None:
    assert tasks(desk, lines) == 0


@pytest.mark.parametrize("lines", WORK)
def test_who_laughs_may_want_something(desk: Any, lines: str) -> None:
    assert tasks(desk, lines) == 1


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("The patch is reverted. Not solved: the clock still drifts.", True),
        ("I cleaned up. The issue remains unresolved.", True),
        ("Both were tried. It is still not fixed.", True),
        ("So there is no way to read it without the key.", True),
        ("Das lässt sich so nicht lösen.", True),
        ("Unsolved: the driver isn't public.", True),
        ("There was no way around the limit.", True),
        ("Leider ist das hier nicht möglich.", True),
        ("Fixed. It was not resolved by the cache alone before.", False),
        ("The problem is solved.", False),
        ("There is a way to do it.", False),
        ("It is not the cache.", False),
    ],
)
def test_an_aim_that_was_not_reached(said: str, meant: bool) -> None:
    assert bool(unsolved(said)) is meant


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("That's the reason. The lid switch cuts the power as well.", "The lid switch"),
        ("There's the problem. Two jobs write to one file.", "Two jobs write"),
        ("Found it, an old slip: The units are inches here.", "Found it, an old slip"),
        ("I looked only at the first page before, the rest has other headers.", "I looked only"),
        ("I only tested the short form, which has no name in it.", "I only tested"),
        ("My mistake: the list was sorted by name, not by date.", "My mistake"),
        ("I renamed the column but not the index, so both exist.", "I renamed"),
        ("So that was the culprit. The proxy drops long headers.", "The proxy drops"),
        ("That's the file. I'll open it.", ""),
        ("I only need the name.", ""),
        ("I checked the list and it is fine.", ""),
        ("Entschuldige, mein Fehler: das Datum war alt.", ""),
        ("Perhaps that's the reason. I'll see.", ""),
    ],
)
def test_causes(said: str, found: str) -> None:
    told = cause(said)
    assert told.startswith(found) if found else not told


def kept(said: str, before: str = "", event: Any = "") -> list[str]:
    message = Said(3, "", True, said, event)
    return [fact.text for fact in facts(message, "make all" if event else "", before)]


LASTING = [
    # Somebody, with what shows that it is a person.
    "Ines (our editor) never reads attachments, paste it into the mail",
    "my boss hates tables",
    "put it on one page, Mr Olsen doesn't read more",
    "use large type, my mother can't read small print",
    "i invited Paulo, he's in sales. he only drinks tea",
    "meine chefin hasst abkürzungen",
    "am 3. kommt lea, meine kollegin. die isst vegetarisch",
    "our accountant gives us trouble for every missing receipt",
    # A body, and a limit that somebody else set.
    "no upper bunk because of my back",
    "erste reihe bitte, hinten geht bei mir nicht wegen der augen",
    "ground floor please, stairs don't work for me because of my knee",
    "at most 90 a night, the company doesn't pay more",
    "höchstens 60 euro, mehr zahlt die versicherung nicht",
    "max 300, more than that finance won't approve",
    # Habits and changes.
    "ich zahl eigentlich immer mit karte",
    "wir bestellen nur noch bei der genossenschaft",
    "we no longer ship to islands, too many came back",
    "since june we're on the large plan",
    "seit august hab ich das abo für die ganze region",
    "i don't fly with them anymore",
    # How it is here.
    "the front page stays free of ads, the founders promised it",
    "weigh it before you pack, every time there's a new box",
    "every time you change a price, tell the shop by mail",
    "ours are always metric",
    "ask me before you buy anything",
    "check with legal before publishing anything",
    "i hate nested ternaries",
    "nothing ever leaves the house without a label",
    "the password not in the script, it comes from the keyring",
    "frag mich bevor du etwas bestellst",
]
PASSING = [
    "Docker can't find the image",
    "Jenkins never answers",
    "my boss is in a meeting",
    "Tom can't come today",
    "he never came back",
    "our server doesn't accept the key",
    "no time today because of the strike",
    "it doesn't work for me",
    "max 20 lines please",
    "up to 4 people, the room has a window",
    "ich war immer dagegen",
    "ich muss nur noch packen",
    "wir haben immer noch regen",
    "since monday it crashes",
    "since tuesday we're getting errors",
    "seit gestern hab ich probleme damit",
    "the page stays blank, i've tried twice",
    "the error stays the same, whatever I do",
    "every time I open it, it crashes",
    "ask me again before you do that",
    "tell me when it's done",
    "i hate mondays",
    "i hate this",
    "nothing ever works here",
    "you just charged me for a seat that i never bought",
    "we no longer see the error",
    "not in the list, it comes up empty",
    "i don't see it anymore",
    "the one on the left, always",
]


@pytest.mark.parametrize("said", LASTING)
def test_what_holds_for_long(said: str) -> None:
    assert kept(said)


@pytest.mark.parametrize("said", PASSING)
def test_what_passes(said: str) -> None:
    assert kept(said) == []


@pytest.mark.parametrize(
    ("said", "before", "found"),
    [
        ("the earlier one, always", "Shall I take the train at 7 or at 9?", True),
        ("gross, every time", "Net or gross?", True),
        ("am fenster, immer", "Fenster oder Gang?", True),
        ("by post, from now on", "By mail or by post?", True),
        ("metric, always", "Inches or metric?", True),
        ("the short form, jedes mal", "Which form?", True),
        ("in the inbox, in general", "Where do I leave them?", True),
        ("left, and always", "Left or right?", True),
        ("the earlier one, always", "I took the early one.", False),
        ("the earlier one", "At 7 or at 9?", False),
        ("the earlier one, as always late", "At 7 or at 9?", False),
    ],
)
def test_an_answer_for_good_is_told_with_its_question(said: str, before: str, found: bool) -> None:
    told = list(facts(Said(3, "", True, said), "", before))
    assert [fact.answers for fact in told] == ([before] if found else [])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("we write dates as 2025-06-15 here", True),
        ("year first, we number invoices by year", True),
        ("we tag images by commit, latest means nothing", True),
        ("wir schreiben immer netto", True),
        ("with a slash, we name rooms by floor", True),
        ("we only use the blue stamp for contracts", True),
        ("we keep drafts in the outbox, others read along", True),
        ("plain text, we store mails without pictures", True),
        ("we use it later", False),
        ("not now", False),
        ("we use that one today", False),
        ("wait, i want to see it first", False),
    ],
)
def test_a_refusal_that_says_how_it_is_done_here(said: str, meant: bool) -> None:
    assert bool(kept(said, event="rejection")) is meant


@pytest.mark.parametrize(
    ("new", "old", "meant"),
    [
        ("We no longer print invoices", "We always print invoices twice", True),
        ("I only fly in the evening now", "I always fly in the morning", True),
        ("Ich fahr nur noch tagsüber", "Ich fahr eigentlich immer nachts", True),
        ("Wir bestellen nur noch bei Ohm", "Wir bestellen immer bei Volt", True),
        ("Since May we ship parcels by boat", "We ship parcels by rail", True),
        ("I don't eat meat anymore", "I only eat meat on sundays", True),
        ("From now on reports go to Lena", "Reports always go to Paul", True),
        ("We switched invoices to quarterly sending", "Invoices are sent monthly", False),
        ("I only drink tea now", "I always fly in the morning", False),
        ("Ich zahl nur noch bar", "Ich fahr immer mit dem rad", False),
        ("We no longer support the old phone", "We never call customers by phone", False),
        ("I always walk there", "I always walk to work", False),
    ],
)
def test_what_is_so_now_replaces_what_was(new: str, old: str, meant: bool) -> None:
    assert contradicts(new, old) is meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("and now the guest list", True),
        ("und jetzt noch die lagerliste", True),
        ("then the map of the second floor please", True),
        ("also the footer: the year should be this one", True),
        ("next the cellar door must get a sign", True),
        ("can you also find out what the law says about it", True),
        ("please write another letter to the bank about it", True),
        ("could you draft a mail to the printer as well", True),
        ("and now the page is broken", False),
        ("now it prints", False),
        ("also it should be blue", False),
        ("can you also fix it", False),
        ("also keep it short", False),
    ],
)
def test_what_is_wanted_next_after_praise(said: str, meant: bool) -> None:
    assert comes_next(said) is meant


SYMPTOMS = {
    "it's not": "bad",
    "no, they aren't": "bad",
    "nein, ist es nicht": "bad",
    "the last page comes twice": "bad",
    "the mail shows the wrong name": "bad",
    "it returns nothing": "bad",
    "the label is cut off": "bad",
    "the list has too many rows": "bad",
    "hmm. then we'll do it another time": "dropped",
    "you're a star": "good",
    "ok there it is": "good",
    "it's not urgent": "",
    "15 minutes is nothing": "",
    "print it twice": "",
    "tell me if the label is cut off": "",
    "another time zone would be fine": "",
}


@pytest.mark.parametrize("said", SYMPTOMS)
def test_symptoms(said: str) -> None:
    assert verdict(said) == SYMPTOMS[said]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("The units are inches here, so every width is too large.", True),
        ("The list is sorted by name: the newest entry isn't the first.", True),
        ("Two jobs write to this file, but nobody locks it.", True),
        ("The reader needs the header before the first row.", True),
        ("Die Preise stehen netto in der Tabelle, nicht brutto.", True),
        ("A folder without an index is left out of the menu.", True),
        ("The clock of that camera is on winter time, so it lags.", True),
        ("These are scans, which have no text of their own.", True),
        ("All tests pass, so that is done now.", False),
        ("You're right, it is not the same.", False),
        ("I see three comments, but only one matters.", False),
        ("The fix works as expected, not only here.", False),
        ("Good, that was not hard to do.", False),
        ("Understood, a table it is: the list is the same.", False),
        ("Only this.", False),
    ],
)
def test_what_explains_a_change(said: str, meant: bool) -> None:
    assert explains(said) is meant


CONVERSATIONS = {
    """
    user: the backup job on db3 hasn't run since sunday, have a look
    run: systemctl status backup => 3 | failed: Permission denied
    agent: I remounted the disk and started the job; it's fixed.
    user: it's not. no new file there
    run: fsck /dev/sdb1 => 0 | clean
    agent: Repaired the file system; the job wrote a new file.
    user: ok there it is. dont ever repair a disk without asking me, you could have lost the lot
    agent: Understood.
    user: what's the disk usage on db4 btw
    run: df -h => 0 | 41%
    agent: 41 %.
    """: ["success", "success"],
    """
    user: schick die preisliste bitte an den vertrieb
    call: send_mail to=vertrieb => {"ok": true}
    agent: Die Preisliste ist beim Vertrieb.
    user: das ist falsch, preise gehen bei uns immer brutto raus
    call: send_mail to=vertrieb => {"ok": true}
    agent: Jetzt brutto, noch einmal verschickt.
    user: super, danke. und jetzt noch die lagerliste
    call: send_mail to=lager => {"ok": true}
    agent: Die Lagerliste ist verschickt.
    user: passt so
    """: ["success", "success"],
    """
    user: rename all photos of the trip by date
    run: exiftool -r trip => 0 | 412 files updated
    agent: All 412 photos are renamed.
    user: ok. then make an album of the best 30 and upload it
    call: upload_album name=trip => {"error": "quota exceeded, 0 bytes left"}
    agent: The upload failed because the quota is used up.
    user: hmm. then we'll do it another time
    """: ["success", "failed"],
    """
    user: book me a flight to oslo on the 4th
    call: book_flight id=f2 => {"ok": true}
    agent: Booked, reference X1.
    user: thx. and a room near the opera, my colleague Per comes too, he needs a room without carpet
    call: book_hotel id=h1 => {"ok": true}
    agent: Two rooms are booked, both without carpet.
    user: you're a star
    """: ["success", "success"],
}


@pytest.mark.parametrize("talk", CONVERSATIONS)
def test_conversations(desk: Any, talk: str) -> None:
    found = desk.tasks(desk.script(talk))
    assert [task.status for task in found] == CONVERSATIONS[talk]
