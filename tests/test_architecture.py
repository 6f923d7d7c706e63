"""The house stays as it was drawn: layers, doors, sizes, and what start-up may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import acx

HOME = Path(acx.__file__).parent

LAYERS = [
    ["acx.errors"],
    ["acx.excerpt"],
    ["acx.model"],
    ["acx.files"],
    ["acx.frontmatter", "acx.paths", "acx.yamlfile"],
    ["acx.skillfile"],
    ["acx.config"],
    ["acx.transcripts"],
    ["acx.store"],
    ["acx.engine"],
    ["acx.learn"],
    ["acx.verbs"],
    ["acx"],
    ["acx.cli"],
]
"""Ground floor first: a module imports only from its own room and from floors above it here."""

KNOWS_NOTHING_OF = {
    "acx.learn": ["acx.store", "acx.config"],
    "acx.engine": ["acx.store", "acx.config"],
}

DOORS = {
    "anthropic": {"acx.engine.anthropic_engine"},
    "git": {"acx.store.repo"},
    "gitdb": {"acx.store.repo"},
    "rich": {"acx.cli.render"},
    "typer": {"acx.cli"},
    "watchdog": {"acx.verbs.watch"},
    "msgspec": {"acx.transcripts.json_text"},
    "ahocorasick_rs": {"acx.transcripts.needles"},
    "subprocess": {"acx.store.process", "acx.transcripts.ahead"},
}
"""Which module alone may import a dependency."""

SILENT = ["acx.cli"]
"""Where printing and exiting is allowed."""


def modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(HOME.rglob("*.py")):
        parts = ["acx", *path.relative_to(HOME).with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


MODULES = modules()


def type_checking(tree: ast.Module) -> set[ast.AST]:
    blocks = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    ]
    return {inner for block in blocks for inner in ast.walk(block)}


def imports(name: str) -> set[str]:
    tree = MODULES[name]
    typing_only = type_checking(tree)
    found = set()
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            found |= {
                full if (full := f"{node.module}.{alias.name}") in MODULES else str(node.module)
                for alias in node.names
            }
    return found


def floor(name: str) -> int:
    fitting = [
        (len(room), level)
        for level, rooms in enumerate(LAYERS)
        for room in rooms
        if name == room or (name.startswith(f"{room}.") and room != "acx")
    ]
    assert fitting, f"{name} is in no layer: give it one in LAYERS"
    return max(fitting)[1]


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_downwards(name: str) -> None:
    for other in imports(name):
        if other == "acx" and name.startswith("acx.cli"):
            continue  # the version
        if other.startswith("acx"):
            assert floor(other) <= floor(name), f"{name} imports {other} from a floor below it"
    for room, strangers in KNOWS_NOTHING_OF.items():
        if name.startswith(room):
            met = [o for o in imports(name) for s in strangers if o == s or o.startswith(f"{s}.")]
            assert not met, f"{name} must not know {met}"


@pytest.mark.parametrize("name", MODULES)
def test_heavy_dependencies_have_one_door(name: str) -> None:
    for other in imports(name):
        allowed = DOORS.get(other.split(".")[0])
        if allowed is not None:
            assert any(name == door or name.startswith(f"{door}.") for door in allowed), (
                f"{name} imports {other}; its door is {allowed}"
            )


def test_no_circles() -> None:
    edges = {name: {o for o in imports(name) if o in MODULES} - {name, "acx"} for name in MODULES}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name not in done:
            for other in sorted(edges[name]):
                visit(other, (*path, name))
            done.add(name)

    for name in sorted(edges):
        visit(name, ())


@pytest.mark.parametrize("name", MODULES)
def test_rooms_stay_small(name: str) -> None:
    tree = MODULES[name]
    assert ast.get_docstring(tree) or not tree.body, f"{name} doesn't say what it is"
    last = max((node.end_lineno or 0 for node in tree.body), default=0)
    assert last <= 400, f"{name} has {last} lines: it is two rooms"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= 60, f"{name}.{node.name} has {lines} lines"


@pytest.mark.parametrize("name", MODULES)
def test_only_the_face_prints_exits_and_reads_the_environment(name: str) -> None:
    if any(name == face or name.startswith(f"{face}.") for face in SILENT):
        return
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in {"print", "input", "sys.exit", "exit", "os.getenv"}, (
                f"{name}: {called}"
            )
        if isinstance(node, ast.Attribute) and name != "acx.verbs.context":
            said = ast.unparse(node)
            assert said not in {"os.environ", "datetime.now", "time.time"}, f"{name}: {said}"


def loaded_by(*args: str) -> set[str]:
    code = (
        "import sys; sys.argv = ['acx', *sys.argv[1:]]\n"
        "from acx.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_start_up_loads_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACX_HOME", str(tmp_path))
    version = loaded_by("--version")
    assert not version & {"typer", "yaml", "git", "rich", "anthropic", "watchdog"}
    assert "acx.cli.session" not in version
    assert loaded_by("session", "create", "--id", "s")
    append = loaded_by("session", "append", "s", '{"role": "user", "content": "hi"}')
    heavy = {"yaml", "git", "rich", "anthropic", "watchdog"}
    assert not append & {*heavy, "acx.cli.learn", "acx.store.repo"}
    assert len([name for name in append if name.startswith("acx")]) < 40
