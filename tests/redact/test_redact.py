"""Secrets of many kinds, made up here, in the surroundings that sessions have; and what must stay.

No secret stands in this file as a whole: they are put together when the tests run (the tokens in
`made_up`), so that no scanner takes this repository for a leak.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acx.errors import BadInput
from acx.model import Attachment, Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts.redact import redact, redact_text
from tests.redact.made_up import ALNUM, HEX, TOKENS, chars

AROUND = {
    "alone": "{}",
    "in running text": "I put {} into the vault, then it worked.",
    "at the end of a sentence": "The key was {}.",
    "in backticks": "Use `{}` for staging",
    "in JSON": '{{"value": "{}", "n": 1}}',
    "in JSON in JSON": '{{\\"value\\": \\"{}\\"}}',
    "after an escaped line break": "done\\n{}\\nnext",
    "in shell": "export THING={} && make deploy",
    "in a diff": "-thing: old\n+thing: {}\n context",
    "in a URL": "https://api.test/v1/items?key={}&page=2",
    "in a table": "| name | {} |",
    "coloured": "5 passed \x1b[32m{}\x1b[0m",
    "coloured as by grep": "left\x1b[01;31m\x1b[K{}\x1b[m\x1b[K right",
    "in colours that were escaped": "done \\u001b[1;36m{}\\u001b[0m",
    "after an encoded sign": "next=%2Fa%3Ftoken%3D{}",
}


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("kind", "token"), TOKENS, ids=lambda value: value[:12])
def test_a_token_is_told_by_its_form(kind: str, token: str, around: str) -> None:
    text, found = redact_text(AROUND[around].format(token))
    secret = token.removeprefix("https://")
    assert secret not in text and secret[-12:] not in text, text
    assert f"[REDACTED:{kind}]" in text or "%3D" in text or around == "in a URL", text
    assert sum(found.values()) == 1


WORD = "hun" + "ter2!x"
BASIC = base64.b64encode(b"bob:" + WORD.encode()).decode()
LONG = chars(40)
NAMED = [
    ("password", "DB_PASSWORD={}", WORD),
    ("password", "export PGPASSWORD='{}'", WORD),
    ("password", 'password = "{}"', WORD),
    ("password", "password: {}", WORD),
    ("password", '{{"user": "bob", "password": "{}"}}', WORD),
    ("password", '{{\\"password\\": \\"{}\\"}}', WORD),
    ("password", "+  password: '{}'", WORD),
    ("password", "mysqldump --user=bob --password={} shop", WORD),
    ("password", "login --user bob --password {}", WORD),
    ("password", "const dbPassword = '{}';", WORD),
    ("password", "password: str = \"{}\"", WORD),
    ("password", "os.environ['DB_PASSWORD'] = '{}'", WORD),
    ("password", "passphrase: '{}'", "correct horse " + "battery staple"),
    ("password", 'password="{}"', "correct-horse-" + "battery-staple"),
    ("password", "postgres://bob:{}@db.test:5432/shop", WORD),
    ("password", "redis://:{}@cache.test/0", WORD),
    ("password", "https://bob:{}@git.test/a.git", WORD),
    ("password", "curl -u bob:{} https://api.test", WORD),
    ("password", "POSTGRES_PASSWORD={}", "correct" + "horse"),
    ("password", "My password is {}, keep it", "S3cret" + "Pw9"),
    ("password", "ok, my wifi password is {} by the way", "hunter" + "22"),
    ("password", "1979. password for the portal is {} if u need that", "Seepferd" + "77!"),
    ("password", "the password of the new router was {}", "S3cret" + "Pw9"),
    ("password", "das Passwort fürs Portal ist {}", "S3cret" + "Pw9"),
    ("password", "Passwort: {}", "S3cret" + "Pw9"),
    ("password", "the box is up, pw: {} (user sam)", "Sommer" + "2024!"),
    ("password", "pw={}", "Sommer" + "2024"),
    ("password", "pwd is {}, sorry", "Tr0ub4" + "dor&3"),
    ("password", "my pw is {}", "hunter" + "22"),
    ("password", "ssh sam@host (pw {})", "Tr0ub4" + "dor&3"),
    ("password", "user admin, pass: {}", "Tr0ub4" + "dor&3"),
    ("password", "pass is {}", "Tr0ub4" + "dor&3"),
    ("password", "the password is {}", "sommer" + "24"),
    ("password", "the password's {}", "Tr0ub4" + "dor&3"),
    ("password", "PASSWORD IS NOW {}", "Tr0ub4" + "dor&3"),
    ("password", "password -> {}", "Tr0ub4" + "dor&3"),
    ("password", "the password should be {}", "S3cret" + "Pw9"),
    ("password", "I set the password to {} just now", "Tr0ub4" + "dor&3"),
    ("password", "the password was changed to {}", "Tr0ub4" + "dor&3"),
    ("password", "the password I set is {}", "S3cret" + "Pw9"),
    ("password", "the password of the user sam on the db host is {}", "S3cret" + "Pw9"),
    ("password", "password is **{}", "Tr0ub4" + "dor3"),
    ("password", "mein Passwort ist {}", "sommer" + "24"),
    ("password", "Das Passwort von Sam heißt {}", "S3cret" + "Pw9"),
    ("password", "Kennwort: {}", "S3cret" + "Pw9"),
    ("password", "das Kennwort für den Router lautet {}", "S3cret" + "Pw9"),
    ("password", "the passcode is {}", "483" + "122"),
    ("password", "my PIN is {}", "48" + "31"),
    ("password", "sshpass -p '{}' ssh host", "S3cret" + "Pw9"),
    ("password", "docker login -u bob -p {} reg.test", "S3cret" + "Pw9"),
    ("password", "mysql -u root -p{} shop", "S3cret" + "Pw9"),
    ("password", "<password>{}</password>", "S3cret" + "Pw9"),
    ("key", '<add key="ApiKey" value="{}"/>', LONG),
    ("token", "ENV API_TOKEN {}", LONG),
    ("token", "machine api.test login bob password x token {}", LONG),
    ("token", '{{"auths": {{"reg.test": {{"auth": "{}"}}}}}}', LONG),
    ("token", "curl -H 'PRIVATE-TOKEN: {}' https://git.test", LONG),
    ("key", "curl -H 'X-Api-Key: {}'", LONG),
    ("key", "OPENAI_API_KEY={}", LONG),
    ("key", "apiKey: '{}',", LONG),
    ("key", '"x-api-key": "{}"', LONG),
    ("key", "X-Api-Key: {}", LONG),
    ("key", "ENCRYPTION_KEY={}", LONG),
    ("secret", "client_secret={}&grant_type=code", LONG),
    ("secret", "SECRET_KEY = '{}'", LONG),
    ("secret", "jwtSecret: {}", LONG),
    ("secret", "DJANGO_SECRET_KEY={}", "q7n(2d$0zv@hw_8x!r3m+" + "kf5l^t1bey6c&pj9gu4as"),
    ("secret", "SECRET_KEY: {}", "x)9f&0w(2k#7!v=3m@5z" + "b^1c*8d+4g_6h-j%lnpqrstuyaei"),
    ("token", "token: {}", LONG),
    ("token", "deploy --token {} --force", LONG),
    ("token", "ACCESS_TOKEN := {}", LONG),
    ("token", "https://api.test/x?access_token={}&n=1", LONG),
    ("aws-secret-key", "AWS_SECRET_ACCESS_KEY={}", LONG),
    ("aws-secret-key", "aws_secret_access_key = {}", LONG),
    ("azure", "Protocol=https;Account" + "Key={};EndpointSuffix=x", chars(86) + "=="),
    ("azure", "https://a.blob.test/c?sv=2024&si" + "g={}&se=1", chars(43) + "%3D"),
    ("authorization", "Authorization: Bearer {}", LONG),
    ("authorization", "curl -H 'Authorization: Bearer {}' x", LONG),
    ("authorization", '"Authorization": "Bearer {}"', LONG),
    ("authorization", "authorization: token {}", LONG),
    ("authorization", "Authorization: Basic {}", BASIC),
    ("authorization", "sent as Bearer {} in the header", LONG),
    ("cookie", "Cookie: sid={}; theme=dark", LONG),
    ("cookie", "Set-Cookie: session={}; HttpOnly; Path=/", LONG),
    ("password", "Server=db;User Id=sa;Password={};", "gz7Vz54" + "fB4Pb"),
    ("password", "Password={};Server=db;Uid=sa;", "gz7Vz54" + "fB4Pb"),
    ("password", "curl --user bob:{} https://api.test", WORD),
    ("password", "curl -sS -x p.test --proxy-user 'bob:{}' a.test", WORD),
    ("password", "migrate --db-pass {} --verbose", "S3cret" + "Pw9"),
    ("password", "psql://db.test --pass='{}'", WORD),
    ("password", '{{"name":"DB_PASSWORD","value":"{}"}}', WORD),
    ("password", '{{\\"name\\":\\"DB_PASSWORD\\",\\"value\\":\\"{}\\"}}', WORD),
    ("password", '{{\n  "name": "DB_PASSWORD",\n  "value": "{}"\n}}', WORD),
    ("password", "- name: DB_PASSWORD\n  value: {}\n", WORD),
    ("password", "db.test:5432:shop:bob:{}", WORD),
    ("password", "*:*:*:bob:{}\n", WORD),
    ("password", "**Password:** {}", WORD),
    ("password", "**Password**: `{}`", WORD),
    ("key", "API key: {}", chars(32)),
    ("key", "**API Key:** {}", chars(32)),
    ("token", "the api key {} is the one of staging", chars(32, HEX)),
    ("aws-secret-key", "aws configure set aws_secret_access_key {}", LONG),
    ("token", "aws configure set aws_session_token {} --profile x", LONG),
    ("token", "git clone https://{}@github.com/x/y", LONG),
    ("token", "https://{}:x-oauth-basic@github.com/x", LONG),
    ("token", "https://{}:@api.test/v1", LONG),
    ("token", "https://{}@sentry.test/4", chars(32, HEX)),
    ("npm", "//registry.npmjs.org/:_auth" + "Token={}", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    ("secret", "otpauth://totp/Shop:bob?issuer=Shop&sec" + "ret={}&digits=6", "JBSWY3DPEHPKPXPA"),
    ("cookie", "curl -b 'session={}' https://api.test", LONG),
    ("cookie", "curl --cookie sid={} https://api.test", LONG),
    ("discord", "https://discord.com/api/web" + "hooks/123456789012345678/{}", chars(68)),
    ("password", "machine api.test login bob password {}\n", "hunter" + "2x"),
    ("password", "machine api.test\n  login bob\n  password {}\n", "hunter" + "2x"),
    ("authorization", "Authorization: Bot {}", LONG),
    ("authorization", '"Authorization": "Key {}"', LONG),
    ("authorization", "Authorization: SSWS {}", LONG),
    ("cookie", "api.test\tTRUE\t/\tTRUE\t1789000000\tsid\t{}\n", LONG),
    ("azure", "Endpoint=sb://a.test/;SharedAccess" + "Key={}", chars(43) + "="),
    ("signed-url", "https://b.s3.test/k?X-Amz-Expires=60&X-Amz-Sig" + "nature={}&x=1",
     chars(64, HEX)),
    ("private-key", '{{"kty":"OKP","crv":"Ed25519","x":"abc","d":"{}"}}', chars(43)),
    ("private-key", '{{\\"kty\\": \\"EC\\", \\"d\\": \\"{}\\"}}', chars(43)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "around", "secret"), NAMED)
def test_a_secret_is_told_by_what_introduces_it(kind: str, around: str, secret: str) -> None:
    text, found = redact_text(around.format(secret))
    assert found == Counter({kind: 1})
    assert secret not in text
    if kind != "cookie":  # of a cookie nothing is kept, of everything else all but the secret
        assert text == around.format(f"[REDACTED:{kind}]")


@pytest.mark.parametrize(("kind", "around", "secret"), NAMED)
def test_colours_hide_no_named_secret(kind: str, around: str, secret: str) -> None:
    text, found = redact_text(around.format(f"\x1b[32m{secret}\x1b[0m"))
    assert secret not in text
    assert found == Counter({kind: 1})


@pytest.mark.parametrize("unseen", ["\u200b", "\u200d", "\u2060", "\ufeff", "\xad", "\x1b[m\x1b[K"])
def test_a_token_that_is_broken_by_what_nobody_sees_is_found(unseen: str) -> None:
    for kind, token in TOKENS:
        for at in (2, 5, len(token) - 3):
            broken = f"the key {token[:at]}{unseen}{token[at:]} works"
            text, found = redact_text(broken)
            assert token[-12:] not in text.replace(unseen, ""), broken
            assert kind in found or found == {"jwt": 1}  # which the new one of GitHub's holds


def test_colours_and_joiners_stay_where_no_secret_is() -> None:
    text = "\x1b[32m5 passed\x1b[0m in \x1b[1m2 s\x1b[0m \U0001f469\u200d\U0001f4bb"
    assert redact_text(text) == (text, Counter())
    token = TOKENS[2][1]
    beside = f"{text} \x1b[31m{token}\x1b[0m"
    assert redact_text(beside)[0] == beside.replace(token, "[REDACTED:openai]")


def key_lines(lines: int = 4) -> list[str]:
    return [chars(64, ALNUM + "+/") for _ in range(lines)] + [chars(20) + "=="]


BEGIN, END = "-----BEGIN " + "RSA PRIVATE KEY-----", "-----END " + "RSA PRIVATE KEY-----"


@pytest.mark.parametrize("newline", ["\n", "\\n", "\r\n", "\n+", "\n    ", '\\n" +\n  "'])
def test_a_private_key_is_taken_as_a_block(newline: str) -> None:
    lines = key_lines()
    text, found = redact_text("before " + newline.join([BEGIN, *lines, END]) + " after")
    assert (text, found) == ("before [REDACTED:private-key] after", {"private-key": 1})


def test_a_numbered_and_a_torn_private_key_are_taken() -> None:
    lines = key_lines()
    numbered = "\n".join(f"{n:6}\t{line}" for n, line in enumerate([BEGIN, *lines, END], 1))
    assert redact_text(numbered)[0] == "     1\t[REDACTED:private-key]"
    torn = "\n".join([BEGIN, *lines[:2]])
    assert redact_text(torn + "\n\nand so on")[0] == "[REDACTED:private-key]\n\nand so on"
    encoded = base64.b64encode("\n".join([BEGIN, *lines, END]).encode()).decode()
    assert redact_text(f"client-key-data: {encoded}\n")[0] == (
        "client-key-data: [REDACTED:private-key]\n"
    )
    tail = "\n".join(["$ tail -3 id_rsa", *lines[-3:], END, "$ "])
    assert redact_text(tail)[0] == "$ tail -3 id_rsa\n[REDACTED:private-key]\n$ "
    sealed = "\n".join(
        [BEGIN, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0A1B", "", *lines, END]
    )
    assert redact_text(sealed)[0] == "[REDACTED:private-key]"
    putty = "\n".join(["Private-Lines: 5", *lines, "Private-MAC: 0a1b2c3d"])
    assert redact_text(putty)[0] == "Private-Lines: 5[REDACTED:private-key]\nPrivate-MAC: 0a1b2c3d"


KEPT = """\
apiKey = getApiKeyForModel(x)
token: str
token: str | None = None
password=os.environ["X"]
password = os.getenv("DB_PASSWORD")
password: process.env.DB_PASSWORD,
API_KEY=your-api-key
api_key: "your-api-key-here"
api_key = "xxxxxxxxxxxxxxxxxxxxxxxx"
TOKEN=<token>
TOKEN=${TOKEN}
token: ${{ secrets.GITHUB_TOKEN }}
curl -H "Authorization: Bearer $TOKEN" https://api.test
Authorization: Bearer <token>
Authorization: Bearer ${accessToken}
postgres://user:password@localhost/db
postgres://$USER:$PASSWORD@localhost/db
ssh://git@github.com:org/repo.git
http://localhost:3000/@scope/package
the password is stored2 in the vault, the token is sha256-hashed
the password for the vault is stored2 there, the password of a user is SHA256-hashed
SECRET_KEY=get_random_secret_key(length=50, chars=chars)
SECRET_KEY = env_or_default_value(name, 50)(settings)[0]
the password to the page of step 2 is on Page-2, the token for the api is Version-2
password is RFC4086-compliant, the password is OAuth2Token or bcrypt2B, the password is v2Hash
the password to Server2 was rotated, set the password to Login2FA, password - Optional2
pass: 12/14, pass: left-pad@1.3.0, PASS: tests/test_a=1, Pass: 100% of 12, pass: x86_64-linux2
pw=Float32Array(3) pw = sync_playwright2.Start pw: 12.5kW pw <- read2Csv
pw=${PW2} pw.chromium2.launch
the pin is 25, the pin is 4831-3, PIN is 13.5, GPIO pin is 1024 ohms away
pwd is /home/User2/x, the passcode is 6-digit, Kennwort vergessen? Siehe Kennwort: Seite 12
the token refresh-v2 branch and the password reset2fa page
mysql -u root -p shop
docker login -u bob -p $PASSWORD
mkdir -p build2 && curl -u $USER:$PASS https://api.test
auth: basic, auth = AuthProvider2
commit 9fceb02d0ae598e95dc970b74767f19372d61af8
id 3f2504e0-4f89-41d3-9a0c-0305e82c3301
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
if token == "abc12345678901234":
max_tokens: 4096, total_tokens=123456
"password": "Password is required"
"password": "The password must have 8 characters"
{"type": "password", "name": "password"}
document.querySelector("input[type=password]")
passwordField = form.password1
login(username=user, password=password1)
token = response.json()["token"]
token_url = "https://auth.test/oauth2/token"
secret: settings/prod1.yaml
PASS: TestLogin2
--- PASS: TestTokens (0.01s)
pass: 12
Cookie: session=${SESSION}
cookies: accepted
SECRET_KEY = config("SECRET_KEY")
sk-learn and sk-toggleable__label-arrow
the tokens: 1,234 in and 5,678 out at 2025-06-15T14:30:00
git checkout -b fix/token-refresh-v2
docker run -u 1000:1000 image
sk-ant-...
-----BEGIN PRIVATE KEY-----
password: |
CACHE_KEY = "user:profile:v1"
"integrity": "sha512-9J2wqYn7sT5f9Zk1vQwXo8G8yWm0x3r7QwEfTgYhUjIkOlPzXcVbNm=="
const KEYS = ["ArrowUp", "ArrowDown"]
primary_key=True, key="value-1"
keyboard: token1
arn:aws:logs:*:123456789012:log-group:prod7group
root:*:19000:0:99999:7:::
docker run -p 127.0.0.1:5432:5432 postgres:16
localhost:5432:shop:bob:password
git clone https://alice.brown-smith@git.test/a.git
https://organization-name@dev.azure.com/organization-name/p
the key difference2 is in step 3, the key takeaways-2025 list
press the key F12 and the key combination2
const a = b;password = state2;run()
{"name": "token", "value": "hello world"}
- name: LOG_LEVEL
  value: debug2
git commit -b feature=token -u origin
npm run test -- --pass-with-no-tests
sudo rm -rf build -b 'session=1'
vcr_cassette_library_dir_for_all_of_the_integration_tests = 1
napi_get_value_string_utf8(env, napi_get_value_string_utf16_of_the_last_argument)
re_compiled_patterns_of_the_tokenizer_2 and fw_rule_chain_forward_accept_established
the rnd_generator_state_initialization and jina_embeddings_v3_for_multilingual_retrieval_x
pa-very-long-name-of-a-css-class-that-goes-on-and-on-2 sl.something.that-is_long
access-production-database and access-development-server
polar_coordinates_of_the_points sgp_something sdk-3f2504e0
pat-na1-something, sha256~ and ops_eyJ, st.session_state.messages_of_the_user
st.0123456789abcdef and dp.start and AQ.Absolute
a/EAAEAAQEAAAAAAAAAAAAAABAAECAwQFBgcICQoLEAACAQMDAgQDBQUEBAAAAX0BAgMABBEFEiExQQYTUWEHInEUMoGRoQgjQrHBFVLR
TASK0123456789 RISK and SKIP, LTAI, AKID, PROAKIA1234
"kty": "RSA", "d": "short"
TRUE	FALSE	/path	TRUE
machine learning login page password reset
X-Amz-Signature=abc Signature=%s"""


@pytest.mark.parametrize("text", KEPT.split("\n"))
def test_code_words_and_placeholders_stay(text: str) -> None:
    assert redact_text(text) == (text, Counter())


def message(*parts: Any) -> Message:
    return Message("assistant", parts, "agent")


def test_a_clean_message_is_returned_as_it_is() -> None:
    clean = message(Text("hello"), ToolCall("1", "Bash", {"command": "ls", "n": [1, {"a": None}]}))
    same, found = redact(clean)
    assert same is clean and not found


def test_every_part_and_every_depth_of_arguments_is_looked_at() -> None:
    token = TOKENS[2][1]
    args = {"env": [{"X": token}], token: 1, "password": WORD, "plain": "text", "n": 3, "b": None}
    dirty = message(
        Text(token), Thinking(f"the key is {token}"), ToolCall("1", "run", args),
        ToolCall("2", "run", f"raw {token}"), ToolResult("1", f"out {token}", exit_code=1),
    )  # fmt: skip
    clean, found = redact(dirty)
    assert token not in repr(clean) and WORD not in repr(clean)
    assert found == {"openai": 6, "password": 1}
    assert clean.results[0].exit_code == 1
    assert clean.calls[0].args == {
        "env": [{"X": "[REDACTED:openai]"}], "[REDACTED:openai]": 1,
        "password": "[REDACTED:password]", "plain": "text", "n": 3, "b": None,
    }  # fmt: skip
    assert redact(clean)[0] is clean


def test_every_other_text_of_a_message_is_looked_at() -> None:
    token = TOKENS[2][1]
    dirty = Message(
        "assistant",
        (
            ToolCall(f"call {token}", f"run {token}", {}),
            ToolResult(f"call {token}", "clean"),
            Attachment(f"image/{token}", f"a {token}.png", 3, f"{token}"),
        ),
        "agent", id=f"m {token}", model=f"model {token}", ts="2025-06-15T14:30:00Z",
    )  # fmt: skip
    clean, found = redact(dirty)
    assert token not in repr(clean)
    assert found == {"openai": 8}
    assert clean.calls[0].id == clean.results[0].call_id == "call [REDACTED:openai]"
    assert (clean.ts, clean.parts[2]) == (
        dirty.ts, Attachment("image/[REDACTED:openai]", "a [REDACTED:openai].png", 3,
                             "[REDACTED:openai]"),
    )  # fmt: skip
    assert redact(clean)[0] is clean


def test_a_variable_is_told_by_the_name_that_stands_beside_its_value() -> None:
    env = [{"name": "DB_PASSWORD", "value": WORD}, {"Key": "MODE", "Value": WORD}]
    clean, found = redact(message(ToolCall("1", "deploy", {"env": env})))
    assert found == {"password": 1}
    kept = [{"name": "DB_PASSWORD", "value": "[REDACTED:password]"}, env[1]]
    assert clean.calls[0].args == {"env": kept}


def test_arguments_nested_too_deeply_are_bad_input() -> None:
    deep: Any = "end"
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(BadInput, match="nested too deeply"):
        redact(message(ToolCall("1", "run", {"a": deep})))


def test_redacting_twice_is_redacting_once() -> None:
    for _, around, secret in NAMED:
        for _, token in TOKENS:
            once, _ = redact_text(around.format(secret) + " " + around.format(token) + token)
            assert redact_text(once) == (once, Counter())


pieces = st.sampled_from(
    [token for _, token in TOKENS] + [around.format(secret) for _, around, secret in NAMED]
    + [" ", "\n", '"', "'", "=", ": ", "password", "token", "Bearer ", "://", "@", "\\n", ";", "a1"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces | st.text(max_size=5), max_size=8).map("".join))
def test_redacting_any_mixture_twice_is_redacting_it_once(text: str) -> None:
    once, _ = redact_text(text)
    assert redact_text(once) == (once, Counter())


UNITS = [
    "a", "sk-", "token=", '"password":"', "://a:", "eyJ", "-----BEGIN PRIVATE KEY-----\n", "A1+/",
    "Cookie: a=", "--a=", "M" * 24 + ".", "Bearer ", "{", "\\", "authorization: ", "a=b&", "a=",
    "key: a [", "A" * 64 + "\n", "\x1b[32m", "\u200b", "key: \x1b[3m", "a:5432:", ":*:", "a-b_",
    "PASSWORD ,", "_KEY", "api_key", "glpat-", "_", "-", ".a", "\u0130key", "Q~", "kty\"d\":\"",
    "a" * 90 + ":5432:", "curl -b a=", "curl -u b:", "password\\n", "password=ab1;server=x;",
    "Private-Lines: 1", "E\t/\tTRUE\t1\ta\t", "machine a login b password ", "ghs_eyJa.eyJ",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_time_beyond_its_length(unit: str) -> None:
    """A pattern that goes back over what it has read takes four times as long for twice the text.

    Generous, since machines are noisy: eight times the text in less than 24 times the time.
    """

    def seconds(length: int) -> float:
        text = unit * (length // len(unit)) + END
        start = time.process_time()
        redact_text(text)
        return time.process_time() - start

    short = min(seconds(125_000) for _ in range(3))
    assert seconds(1_000_000) < max(24 * short, 0.5)


def test_fifty_megabytes_of_one_character_are_read_in_one_go() -> None:
    assert redact_text("a" * 50_000_000)[1] == Counter()


def corpus() -> Path:
    folder = Path(__file__).parents[3] / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip(f"no corpus of transcripts at {folder}")
    return folder


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in (*value, *value.values()) if isinstance(value, dict) else value:
            yield from strings(item)


def texts_of(path: Path) -> Iterator[str]:
    """Every string of a file, however its format nests them: also keys, and plain lines."""
    text = path.read_text(encoding="utf-8", errors="replace")
    for piece in text.splitlines() if path.suffix == ".jsonl" else [text]:
        try:
            yield from strings(json.loads(piece))
        except ValueError:
            yield piece
            yield from piece.splitlines()


def test_real_sessions_have_next_to_no_false_hits(figures: Callable[[str], None]) -> None:
    """The corpus was cleaned of secrets before it was published, so every hit is a false one."""
    texts, hits = 0, Counter[str]()
    for path in sorted(path for path in corpus().rglob("*") if path.is_file()):
        for text in texts_of(path):
            texts += 1
            hits += redact_text(text)[1]
    kinds = {kind for kind, _ in TOKENS} | {kind for kind, _, _ in NAMED}
    made_up = len(TOKENS) * len(AROUND) + len(NAMED)
    figures(f"redaction: {hits.total()} false hits in {texts} texts of the corpus {dict(hits)}")
    figures(f"redaction: no miss in {made_up} secrets of {len(kinds)} kinds")
    assert texts > 10_000
    assert len(kinds) >= 60
    assert hits.total() * 10_000 <= texts


def test_no_secret_stands_in_these_files() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    beside = Path(__file__).with_name("made_up.py").read_text(encoding="utf-8")
    _, found = redact_text(source + beside)
    assert set(found) <= {"password"}, found
    assert not re.search(r"sk-ant-\w{20}", source)


@pytest.mark.parametrize("name", ["Cookie", "cookie", "COOKIE", "cOoKiE", "coo\u212aie"])
def test_the_name_of_a_cookie_is_known_however_it_is_written(name: str) -> None:
    clean, kinds = redact_text(f"cookie\n{name}: sid={LONG}")
    assert clean == f"cookie\n{name}: [REDACTED:cookie]"
    assert kinds == {"cookie": 1}


@pytest.mark.parametrize("invisible", "\u00ad\u200b\u200f\u202a\u202e\u2060\u2064\ufeff")
def test_a_secret_that_is_broken_up_by_what_cannot_be_seen(invisible: str) -> None:
    token = "gh" + "p_" + "a1B2" * 9
    clean, kinds = redact_text(f"ünï {token[:2]}{invisible}{token[2:]}")
    assert clean == "ünï [REDACTED:github]"
    assert kinds == {"github": 1}


def test_what_is_remembered_of_a_short_text_loses_no_secret_of_it() -> None:
    key = "ghp_" + chars(36)
    for _ in range(2):  # the second time it is known
        assert redact_text("Read") == ("Read", {})
        assert redact_text(key) == ("[REDACTED:github]", {"github": 1})
        clean, found = redact(message(ToolCall(key, "Read", {"api_key": LONG, "path": LONG})))
        assert clean.parts[0].args == {"api_key": "[REDACTED:key]", "path": LONG}
        assert found == {"github": 1, "key": 1}
