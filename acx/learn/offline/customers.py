"""Whether the person in a session is a customer of those whose agent it is.

An agent that serves customers learns how their cases go, and nothing about them: what one of them
wishes is no preference of the agent's owner, and another one's data is nobody's lesson.
"""

from __future__ import annotations

import re

from acx.model import ToolCall, Transcript

_LOOKS_UP = r"(?:find|get|look_?up|search|verify|identify|fetch)_?"
_FIELD = r"s?(?:_?(?:id|details?|profile|by)\w*)?"
_CUSTOMERS = re.compile(
    rf"(?i){_LOOKS_UP}(?:customer|passenger|guest|patient|policy_?holder|subscriber|member){_FIELD}"
)
_USERS = re.compile(rf"(?i){_LOOKS_UP}(?:user|client|account){_FIELD}")
_WHOSE = re.compile(r"(?i)(?:user|customer|client|account)_?(?:id|name|number)|e_?mail|phone|zip")
_SERVICE = re.compile(
    r"(?i)\bcustomers?(?:'s|')?\b.{0,40}\b(?:service|support|care|agent|represent)"
    r"|\b(?:help|assist|serve)\b (?:the |our )?(?:users|customers|passengers|guests|clients)\b"
)
BEGINNING = 3
"""Messages in which an agent is told what it is for."""


def serves(transcript: Transcript) -> bool:
    """Whether the agent looks its people up as customers, or is told that it serves some."""
    for message in transcript.read():
        if message.origin == "harness" and message.number <= BEGINNING:
            if _SERVICE.search(message.text):
                return True
        elif any(map(_looks_up, message.calls)):
            return True
    return False


def _looks_up(call: ToolCall) -> bool:
    if _CUSTOMERS.fullmatch(call.name):
        return True
    args = call.args if not isinstance(call.args, str) else {}
    return bool(_USERS.fullmatch(call.name)) and any(map(_WHOSE.search, args))
