"""Tokens of every form, made up when the tests run: none stands in this file as a whole, so that no
scanner takes this repository for a leak."""

from __future__ import annotations

import base64
import json
import random
import string
from uuid import UUID

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
_chance = random.Random(20250615)


def chars(count: int, alphabet: str = ALNUM) -> str:
    """Random characters, a digit among them."""
    return "".join(_chance.choices(alphabet, k=count - 1)) + "7"


def uuid() -> str:
    return str(UUID(int=_chance.getrandbits(128), version=4))


def jwt() -> str:
    head, claims = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "admin": True})
    )
    return f"{head}.{claims}.{chars(43)}"


UPPER = string.ascii_uppercase + "234567"
LOWER = string.ascii_lowercase + "0123456789"
TOKENS = [
    ("anthropic", "sk-" + "ant-api03-" + chars(93, ALNUM + "_-") + "AA"),
    ("anthropic", "sk-" + "ant-oat01-" + chars(40)),
    ("openai", "sk-" + chars(48)),
    ("openai", "sk-" + chars(32, HEX)),
    ("openai", "sk-" + "proj-" + chars(120, ALNUM + "_-")),
    ("openai", "sk-" + "svcacct-" + chars(60, ALNUM + "_-")),
    ("openrouter", "sk-" + "or-v1-" + chars(64, HEX)),
    *(("github", "gh" + letter + "_" + chars(36)) for letter in "posur"),
    ("github", "github" + "_pat_" + chars(22) + "_" + chars(59)),
    ("gitlab", "gl" + "pat-" + chars(20)),
    ("gitlab", "gl" + "dt-" + chars(20)),
    ("aws-key-id", "AK" + "IA" + chars(16, UPPER)),
    ("aws-key-id", "AS" + "IA" + chars(16, UPPER)),
    ("gcp", "AI" + "za" + chars(35, ALNUM + "_-")),
    ("google", "ya" + "29." + chars(60, ALNUM + "_-")),
    ("google", "GOC" + "SPX-" + chars(28)),
    ("slack", "xo" + "xb-" + chars(12, "123456789") + "-" + chars(24)),
    ("slack", "xo" + "xp-" + chars(12, "123456789") + "-" + chars(32, HEX)),
    ("slack", "xa" + "pp-1-A" + chars(10, UPPER) + "-" + chars(64, HEX)),
    ("slack", "https://hooks.sl" + "ack.com/services/T" + chars(9, UPPER) + "/B" + chars(24)),
    ("stripe", "sk" + "_live_" + chars(24)),
    ("stripe", "rk" + "_test_" + chars(24)),
    ("stripe", "wh" + "sec_" + chars(32)),
    ("npm", "np" + "m_" + chars(36)),
    ("pypi", "py" + "pi-AgEIcHlwaS5vcmc" + chars(70, ALNUM + "_-")),
    ("rubygems", "ruby" + "gems_" + chars(48, HEX)),
    ("huggingface", "h" + "f_" + chars(34)),
    ("sendgrid", "S" + "G." + chars(22) + "." + chars(43, ALNUM + "_-")),
    ("twilio", "S" + "K" + chars(32, HEX)),
    ("telegram", chars(10, "123456789") + ":A" + "A" + chars(33, ALNUM + "_-")),
    ("discord", "MT" + chars(22) + "." + chars(6) + "." + chars(38, ALNUM + "_-")),
    ("digitalocean", "do" + "p_v1_" + chars(64, HEX)),
    ("linear", "lin" + "_api_" + chars(40)),
    ("notion", "nt" + "n_" + chars(46)),
    ("notion", "sec" + "ret_" + chars(43)),
    ("databricks", "da" + "pi" + chars(32, HEX)),
    ("jwt", jwt()),
    ("shopify", "sh" + "pat_" + chars(32, HEX)),
    ("vault", "hv" + "s." + chars(90, ALNUM + "_-")),
    ("terraform", chars(14) + ".atlas" + "v1." + chars(67, ALNUM)),
    ("docker", "dc" + "kr_pat_" + chars(27, ALNUM + "_-")),
    ("groq", "gs" + "k_" + chars(52)),
    ("xai", "xa" + "i-" + chars(80)),
    ("perplexity", "pp" + "lx-" + chars(48)),
    ("replicate", "r" + "8_" + chars(37)),
    ("sentry", "sn" + "trys_" + chars(60)),
    ("grafana", "gl" + "sa_" + chars(32) + "_" + chars(8, HEX)),
    ("newrelic", "NR" + "AK-" + chars(27, UPPER)),
    ("figma", "fi" + "gd_" + chars(40, ALNUM + "_-")),
    ("atlassian", "AT" + "ATT3" + chars(180, ALNUM + "_-=")),
    ("postman", "PM" + "AK-" + chars(24, HEX) + "-" + chars(34, HEX)),
    ("supabase", "sb" + "p_" + chars(40, HEX)),
    ("pulumi", "pu" + "l-" + chars(40, HEX)),
    ("doppler", "dp" + ".pt." + chars(43)),
    ("tailscale", "ts" + "key-auth-" + chars(12) + "-" + chars(32)),
    ("langsmith", "ls" + "v2_pt_" + chars(32, HEX) + "_" + chars(10, HEX)),
    ("square", "sq" + "0atp-" + chars(22, ALNUM + "_-")),
    ("mailgun", "ke" + "y-" + chars(32, HEX)),
    ("age", "AGE-SECRET" + "-KEY-1" + chars(58, string.ascii_uppercase)),
    ("helicone", "sk-" + "helicone-" + chars(30)),
    ("elevenlabs", "sk" + "_" + chars(48, HEX)),
    ("nvidia", "nv" + "api-" + chars(64, ALNUM + "_-")),
    ("together", "tgp" + "_v1_" + chars(43, ALNUM + "_-")),
    ("fireworks", "f" + "w_" + chars(24)),
    ("cerebras", "cs" + "k-" + chars(48, LOWER)),
    ("jina", "ji" + "na_" + chars(60)),
    ("voyage", "p" + "a-" + chars(43, ALNUM + "_-")),
    ("tavily", "tv" + "ly-dev-" + chars(32)),
    ("firecrawl", "f" + "c-" + chars(32, HEX)),
    ("pinecone", "pc" + "sk_" + chars(6) + "_" + chars(63)),
    ("llamacloud", "ll" + "x-" + chars(48)),
    ("runpod", "rp" + "a_" + chars(42, UPPER)),
    ("wandb", "wandb" + "_v1_" + chars(70, ALNUM + "_")),
    ("apify", "apify" + "_api_" + chars(36)),
    ("e2b", "e2" + "b_" + chars(40, HEX)),
    ("cursor", "cr" + "sr_" + chars(64, HEX)),
    ("cursor", "ke" + "y_" + chars(64, HEX)),
    ("stripe", "sk" + "_org_live_" + chars(24)),
    ("github", "gh" + "s_1234567_" + jwt()),
    ("gitlab", "gl" + "pat-" + chars(40, ALNUM + "_-") + ".01.0w1a2b3c4"),
    ("gitlab", "gl" + "cbt-64_" + chars(20)),
    ("aws-bedrock", "AB" + "SK" + chars(128, ALNUM + "+/") + "="),
    ("aws-bedrock", "bedrock-api" + "-key-" + chars(200, ALNUM)),
    ("alibaba", "LT" + "AI" + chars(20)),
    ("tencent", "AK" + "ID" + chars(32)),
    ("gcp", "A" + "Q.Ab8RN6" + chars(43, ALNUM + "_-")),
    ("cloudflare", "cf" + "ut_" + chars(40) + chars(8, HEX)),
    ("cloudflare", "v1" + ".0-" + chars(24, HEX) + "-" + chars(146, HEX)),
    ("vercel", "vc" + "p_" + chars(56)),
    ("vercel", "vc" + "k_" + chars(56)),
    ("netlify", "nf" + "p_" + chars(36)),
    ("fly", "fm" + "2_" + chars(120, ALNUM + "+/") + "=="),
    ("render", "rn" + "d_" + chars(28)),
    ("heroku", "HR" + "KU-AA" + chars(58, ALNUM + "_-")),
    ("slack", "xo" + "xd-" + chars(60) + "%2B" + chars(30)),
    ("teams", "https://acme.web" + "hook.office.com/webhookb2/" + chars(36, HEX) + "@"
              + chars(36, HEX) + "/IncomingWebhook/" + chars(32, HEX)),
    ("nuget", "oy" + "2" + chars(43, LOWER)),
    ("crates", "ci" + "o" + chars(32)),
    ("packagist", "packagist" + "_ort_" + chars(60, HEX)),
    ("clojars", "CLO" + "JARS_" + chars(60, LOWER)),
    ("jfrog", "AK" + "Cp" + chars(69)),
    ("jfrog", "cmVm" + "dGtuO" + chars(55)),
    ("docker", "dc" + "kr_oat_" + chars(32)),
    ("resend", "r" + "e_" + chars(8) + "_" + chars(24)),
    ("brevo", "xkey" + "sib-" + chars(64, HEX) + "-" + chars(16)),
    ("bitbucket", "AT" + "BB" + chars(32)),
    ("atlassian", "AT" + "CTT3" + chars(180, ALNUM + "_-=")),
    ("hubspot", "pa" + "t-na1-" + uuid()),
    ("typeform", "tf" + "p_" + chars(44, ALNUM + "_") + "_" + chars(14)),
    ("contentful", "CF" + "PAT-" + chars(43, ALNUM + "_-")),
    ("readme", "rd" + "me_" + chars(70, LOWER)),
    ("dropbox", "s" + "l.u." + chars(140, ALNUM + "_-")),
    ("1password", "op" + "s_ey" + "J" + chars(300)),
    ("supabase", "sb" + "_secret_" + chars(31, ALNUM + "_-")),
    ("neon", "na" + "pi_" + chars(64, LOWER)),
    ("mongodb", "mdb" + "_sa_sk_" + chars(40, ALNUM + "_-")),
    ("planetscale", "pscale" + "_pw_" + chars(43, ALNUM + "_-.")),
    ("aiven", "AV" + "NS_" + chars(19, ALNUM)),
    ("cockroachdb", "CC" + "DB1_" + chars(22) + "_" + chars(40)),
    ("elastic", "es" + "su_" + chars(90) + "=="),
    ("mapbox", "s" + "k.ey" + "J" + chars(60) + "." + chars(22)),
    ("openshift", "sha" + "256~" + chars(43, ALNUM + "_-")),
    ("plaid", "access" + "-production-" + uuid()),
    ("paddle", "pdl" + "_live_apikey_" + chars(26, LOWER) + "_" + chars(22) + "_" + chars(3)),
    ("polar", "polar" + "_oat_" + chars(43)),
    ("shippo", "shippo" + "_live_" + chars(40, HEX)),
    ("easypost", "EZ" + "AK" + chars(54)),
    ("facebook", "EA" + "A" + chars(180)),
    ("doppler", "dp" + ".st.dev." + chars(43)),
    ("infisical", "s" + "t." + chars(24, HEX) + "." + chars(32, HEX) + "." + chars(32, HEX)),
    ("launchdarkly", "sd" + "k-" + uuid()),
    ("posthog", "ph" + "x_" + chars(43)),
    ("circleci", "CCI" + "PAT_" + chars(22) + "_" + chars(40, HEX)),
    ("buildkite", "bk" + "ua_" + chars(40, HEX)),
    ("sonarqube", "sq" + "p_" + chars(40, HEX)),
    ("sourcegraph", "sg" + "p_" + chars(16, HEX) + "_" + chars(40, HEX)),
    ("prefect", "pn" + "u_" + chars(36)),
    ("dynatrace", "dt0" + "c01." + chars(24, UPPER) + "." + chars(64, UPPER)),
    ("honeycomb", "hca" + "ik_" + chars(58)),
    ("axiom", "xa" + "at-" + uuid()),
    ("logfire", "py" + "lf_v1_eu_" + chars(43)),
    ("adafruit", "ai" + "o_" + chars(28)),
    ("airtable", "pa" + "t" + chars(14) + "." + chars(64, HEX)),
    ("azure", chars(3) + "8" + "Q~" + chars(34, ALNUM + "_.-") ),
    ("azure", chars(76) + "AZ" + "DO" + chars(4)),
    ("azure", chars(52) + "JQQ" + "J99BAAC" + chars(22)),
]  # fmt: skip
