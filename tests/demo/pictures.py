"""`make pictures`: the README's pictures, exported as SVG from a real run of the real program.

The commands run in a scratch home with colours on; what they print is drawn by rich.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WIDTH = 100

PICTURES = {
    "learn": ["acx space create webshop", "acx learn tests/demo/session.jsonl"],
    "log": ["acx log"],
    "show": ["acx show {warning}"],
}
"""What each picture shows; {warning} is the lesson that a failed command taught."""

WARNING = "git -C .acx/spaces/webshop log -1 --format=%h --grep='Acx-Kind: warning'"


def run(command: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        command, shell=True, cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    return (done.stderr + done.stdout).replace(env["HOME"], "~").rstrip("\n")


def draw(name: str, text: str) -> None:
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text))
    svg = console.export_svg(title="acx", unique_id=name)
    # a picture draws itself from what is in the file: no fonts from elsewhere
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace", "font-family: monospace")
    (HERE / "pictures" / f"{name}.svg").write_text(svg)


def main() -> None:
    (HERE / "pictures").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="acx-pictures-") as scratch:
        kept = {key: os.environ[key] for key in ("LANG", "LC_ALL") if key in os.environ}
        env = {
            **kept,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": scratch,
            "FORCE_COLOR": "1",
            "COLUMNS": str(WIDTH),
            "GIT_COMMITTER_NAME": "Sam",
            "GIT_COMMITTER_EMAIL": "sam@example.com",
        }
        for name, commands in PICTURES.items():
            told = []
            for template in commands:
                command = template
                if "{warning}" in template:
                    command = template.format(warning=run(f"cd && {WARNING}", env))
                told.append(f"\x1b[1m$ {command}\x1b[0m\n{run(command, env)}")
            draw(name, "\n".join(told))
            print(f"tests/demo/pictures/{name}.svg")


if __name__ == "__main__":
    main()
