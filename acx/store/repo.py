"""The one door to git: objects, refs and history of a repository, through GitPython.

Objects are written in this process and refs move by compare-and-swap, so nothing here touches the
working tree or the person's index; `acx.store.publish` does. Hooks, signing, filters and prompts
are off for every git process. Text from outside is never an option, a ref or a config key.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from acx.errors import AcxError, BadInput, Conflict, NotFound
from acx.store.layout import SKILLS
from acx.store.process import Done, environment, no_git, run_git, said

if TYPE_CHECKING:
    import git

FILE, EXECUTABLE, FOLDER = 0o100644, 0o100755, 0o040000
ZERO = "0" * 40

_BLAMED = re.compile(rb"(?m)^([0-9a-f]{40}) \d+ \d+(?: \d+)?$")
FORMAT = "%H%x1f%P%x1f%cI%x1f%s%x1f%(trailers:only,unfold)%x1f%b"


class Moved(Exception):
    """A ref was no longer where it was expected: somebody else published first."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as `git log` tells it. `when` is ISO 8601; `trailers` end the body."""

    id: str
    parents: tuple[str, ...]
    when: str
    subject: str
    body: str
    trailers: Mapping[str, str] = field(default_factory=dict)


def _library() -> type[git.Repo]:
    try:
        import git
    except ImportError as error:  # GitPython looks for the executable when it is imported
        raise no_git() from error
    return git.Repo


class Tree:
    """The skills of one commit; a `SkillTree`. Only regular files are seen."""

    def __init__(self, repo: Repo, commit: str | None) -> None:
        self._repo = repo
        self._files = dict(repo.files(commit, SKILLS)) if commit else {}

    def paths(self) -> Sequence[str]:
        return sorted(self._files)

    def read(self, path: str) -> bytes | None:
        blob = self._files.get(path)
        return None if blob is None else self._repo.read(blob)


class Repo:
    """A repository with a working tree. Raises NotFound or BadInput if `path` isn't one."""

    def __init__(self, path: Path, env: Mapping[str, str]) -> None:
        self.path = path
        self.env = env
        library = _library()
        import git

        try:
            self._git = library(path)
        except git.NoSuchPathError as error:
            raise NotFound(f"{path}: no such folder", "acx space list") from error
        except git.InvalidGitRepositoryError as error:
            raise BadInput(f"{path} is not a git repository", f"git -C {path} init") from error
        if self._git.bare:
            raise BadInput(
                f"{path} is a bare repository", "clone it, and use the clone as the space"
            )
        self.git_dir = Path(self._git.git_dir)
        # The library's own long-running `git cat-file` inherits the process's environment, which
        # names another repository where acx is called from a hook of git
        common = Path(self._git.common_dir)
        self._git.git.update_environment(
            **environment({}),
            GIT_DIR=str(self.git_dir),
            GIT_COMMON_DIR=str(common),
            GIT_OBJECT_DIRECTORY=str(common / "objects"),
        )
        layout = self._git.config_reader("repository")
        if str(layout.get_value("extensions", "objectformat", default="sha1")) != "sha1":
            raise BadInput(
                f"{path} uses SHA-256 objects, which acx can't write", "use a SHA-1 repository"
            )

    @classmethod
    def init(cls, path: Path, env: Mapping[str, str]) -> Repo:
        """A new repository on branch main."""
        done = run_git(["init", "--quiet", "--initial-branch=main", "--template=", str(path)], env)
        if done.returncode:
            raise AcxError(f"git init failed in {path}: {said(done)}")
        return cls(path, env)

    @property
    def objects(self) -> Path:
        """Where the objects lie."""
        return Path(self._git.common_dir) / "objects"

    @property
    def shares_objects(self) -> bool:
        """Whether other working trees, with locks of their own, write to the same objects."""
        common = self.objects.parent
        return self.git_dir != common or (common / "worktrees").exists()

    def close(self) -> None:
        """End the long-running git processes behind this object."""
        self._git.close()

    def __enter__(self) -> Repo:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, *args: str, data: bytes = b"") -> Done:
        """A git process in the working tree, whatever it returns."""
        return run_git(args, self.env, self.path, data)

    def _run(self, *args: str, data: bytes = b"") -> bytes:
        done = self.run(*args, data=data)
        if done.returncode:
            raise AcxError(f"git {args[0]} failed in {self.path}: {said(done)}", "acx doctor")
        return done.stdout

    # refs

    def branch(self) -> str:
        """The full name of the branch that is checked out. Raises Conflict if HEAD is detached."""
        head = (self.git_dir / "HEAD").read_text(encoding="utf-8").strip()
        name = head.removeprefix("ref: ")
        if name != head and name != "refs/heads/.invalid":  # the latter: refs in a reftable
            return name
        done = self.run("symbolic-ref", "--quiet", "HEAD")
        if done.returncode:
            raise Conflict(
                f"{self.path}: HEAD is detached, so there is no branch to learn onto",
                f"git -C {self.path} switch main",
            )
        return done.stdout.decode().strip()

    def resolve(self, name: str) -> str | None:
        """The commit a name stands for, or None."""
        import git

        if name == "HEAD" or name.startswith("refs/heads/"):
            with contextlib.suppress(ValueError, OSError):  # read in this process where that works
                return git.SymbolicReference.dereference_recursive(self._git, name)
        done = self.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )
        return None if done.returncode else done.stdout.decode().strip()

    def refs(self, prefix: str) -> dict[str, str]:
        """Full names of the refs under a prefix, with their commits, oldest commit first."""
        out = self._run(
            "for-each-ref", "--format=%(refname) %(objectname)", "--sort=creatordate", prefix
        )
        pairs = (line.split(" ") for line in out.decode().splitlines())
        return {pair[0]: pair[1] for pair in pairs}

    def update_refs(self, moves: Sequence[tuple[str, str | None, str | None]], reason: str) -> None:
        """Move refs, all or none: (ref, new, old); None: doesn't exist. Raises Moved."""
        lines = [b"start"]
        for ref, new, old in moves:
            lines.append(f"update {ref}\0{new or ZERO}\0{old or ZERO}".encode())
        lines += [b"prepare", b"commit", b""]
        done = self.run("update-ref", "-m", reason, "--stdin", "-z", data=b"\0".join(lines))
        if done.returncode:
            if any(self._now(ref) != old for ref, _, old in moves):
                raise Moved(said(done))
            raise AcxError(
                f"git update-ref failed in {self.path}: {said(done)}",
                "if no other git is at work, remove the .lock file it names",
            )

    def _now(self, ref: str) -> str | None:
        done = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", ref)
        return None if done.returncode else done.stdout.decode().strip()

    # objects

    def read(self, blob: str) -> bytes:
        data: bytes = self._git.odb.stream(bytes.fromhex(blob)).read()
        return data

    def files(self, commit: str, folder: str = "") -> Iterator[tuple[str, str]]:
        """Regular files of a commit below a folder: path and blob."""
        for path, mode, blob in self._walk(self._tree_of(commit), "", folder):
            if mode in (FILE, EXECUTABLE):
                yield path, blob

    def modes(self, commit: str | None, paths: Sequence[str]) -> dict[str, tuple[int, str]]:
        """Mode and object of each of these paths that the commit has, whatever it is."""
        found: dict[str, tuple[int, str]] = {}
        for path in paths if commit else ():
            tree: str | None = self._tree_of(commit or "")
            *folders, name = path.split("/")
            for part in folders:
                entry = self._entries(tree).get(part) if tree else None
                tree = entry[1] if entry and entry[0] == FOLDER else None
            if tree and name in (entries := self._entries(tree)):
                found[path] = entries[name]
        return found

    def commit(
        self,
        parent: str | None,
        changes: Mapping[str, bytes | None],
        message: str,
        when: datetime,
        parents: Sequence[str] | None = None,
    ) -> str:
        """Write a commit: the parent's tree with these files changed. Moves no ref."""
        tree = self._changed(self._tree_of(parent) if parent else None, changes) or self._empty()
        stamp = f"{max(0, int(when.timestamp()))} +0000"  # git knows no time before 1970
        name, email = self.identity()
        head = [f"tree {tree}"]
        head += [f"parent {commit}" for commit in (parents or ([parent] if parent else []))]
        head += [f"author acx <acx@localhost> {stamp}", f"committer {name} <{email}> {stamp}"]
        text = "\n".join(head) + "\n\n" + message
        return self._store(b"commit", text.encode("utf-8", "replace"))

    def identity(self) -> tuple[str, str]:
        """Who commits: the person git knows here, else acx."""
        config = self._git.config_reader()
        name = self.env.get("GIT_COMMITTER_NAME") or config.get_value("user", "name", default="")
        email = self.env.get("GIT_COMMITTER_EMAIL") or config.get_value("user", "email", default="")
        if not (name and email):
            return "acx", "acx@localhost"
        return _plain(str(name)), _plain(str(email))

    def changed(self, commit: str) -> dict[str, tuple[bytes | None, bytes | None]]:
        """The files that differ from the first parent: path -> bytes before and after."""
        parents = [] if self._is_boundary(commit) else self.parents(commit)
        old = dict(self.files(parents[0])) if parents else {}
        new = dict(self.files(commit))
        paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
        return {
            path: (
                self.read(old[path]) if path in old else None,
                self.read(new[path]) if path in new else None,
            )
            for path in paths
        }

    def parents(self, commit: str) -> list[str]:
        head = self.read(commit).split(b"\n\n", 1)[0].decode(errors="replace").splitlines()
        return [line.split(" ")[1] for line in head if line.startswith("parent ")]

    def _is_boundary(self, commit: str) -> bool:
        """Whether a shallow clone ends here: the commit's parents are named, but not there."""
        shallow = Path(self._git.common_dir) / "shallow"
        return shallow.exists() and commit in shallow.read_text(encoding="ascii").split()

    # history

    def log(self, *what: str, limit: int = 0) -> list[Commit]:
        """Commits reachable from `what` (revisions or log's own options), newest first."""
        args = ["log", "-z", f"--format={FORMAT}", *([f"-n{limit}"] if limit else []), *what, "--"]
        commits = []
        for record in self._run(*args).decode(errors="replace").split("\0"):
            fields = record.split("\x1f", 5)
            if len(fields) == 6:
                commit, parents, when, subject, trailers, body = fields
                commits.append(
                    Commit(
                        commit.strip(),
                        tuple(parents.split()),
                        when,
                        subject,
                        body,
                        _pairs(trailers),
                    )
                )
        return commits

    def blame(self, commit: str, path: str) -> list[str]:
        """The commit that wrote each line of a file, in order; [] if it isn't there."""
        args = ("blame", "--porcelain", "--ignore-revs-file=", commit, "--", path)
        found = _BLAMED.findall(self.run(*args).stdout)
        return [writer.decode() for writer in found]

    def edited(self, folder: str) -> list[str]:
        """The files below a folder that aren't as HEAD has them, new ones included."""
        args = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
        told = self._run("--no-optional-locks", *args, "--", folder).decode(errors="replace")
        return [record[3:] for record in told.split("\0") if record]

    # inside

    def write(self, data: bytes) -> str:
        """Write a blob."""
        return self._store(b"blob", data)

    def _store(self, kind: bytes, data: bytes) -> str:
        from gitdb import IStream, LooseObjectDB

        # Not the repository's own database: its store() starts a git process for every object
        loose = LooseObjectDB(str(self.objects))
        binsha: bytes = loose.store(IStream(kind, len(data), BytesIO(data))).binsha
        return binsha.hex()

    def _empty(self) -> str:
        return self._store(b"tree", b"")

    def _tree_of(self, commit: str) -> str:
        return self.read(commit)[5:45].decode()

    def _entries(self, tree: str) -> dict[str, tuple[int, str]]:
        from git.objects.fun import tree_entries_from_data

        entries = tree_entries_from_data(self.read(tree))
        return {str(name): (mode, sha.hex()) for sha, mode, name in entries}

    def _walk(self, tree: str, at: str, within: str) -> Iterator[tuple[str, int, str]]:
        for name, (mode, sha) in self._entries(tree).items():
            path = f"{at}{name}"
            if within and not (path == within or path.startswith(f"{within}/")):
                continue
            if mode == FOLDER:
                yield from self._walk(sha, f"{path}/", within)
            else:
                yield path, mode, sha

    def _changed(self, tree: str | None, changes: Mapping[str, bytes | None]) -> str | None:
        """The tree with these files changed; None where nothing would be left in it."""
        from git.objects.fun import tree_to_stream

        entries = self._entries(tree) if tree else {}
        below: dict[str, dict[str, bytes | None]] = {}
        for path, data in changes.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = data
            elif data is None:
                entries.pop(name, None)
            else:
                mode = entries[name][0] if name in entries else FILE
                entries[name] = (mode if mode == EXECUTABLE else FILE, self._store(b"blob", data))
        for name, inner in below.items():
            mode, sha = entries.get(name, (FOLDER, ""))
            folder = self._changed(sha if mode == FOLDER and sha else None, inner)
            if folder is None:
                entries.pop(name, None)
            else:
                entries[name] = (FOLDER, folder)
        if not entries:
            return None
        # git's order: a folder sorts as if its name ended in a slash
        ordered = sorted(
            (_raw(name) + b"/" * (mode == FOLDER), _raw(name), mode, sha)
            for name, (mode, sha) in entries.items()
        )
        out = BytesIO()
        named = [(bytes.fromhex(sha), mode, name) for _, name, mode, sha in ordered]
        tree_to_stream(named, out.write)  # type: ignore[arg-type] # takes names as bytes too
        return self._store(b"tree", out.getvalue())


def _raw(name: str) -> bytes:
    """A file's name as git has it, also where it isn't UTF-8."""
    return name.encode("utf-8", "surrogateescape")


def _pairs(trailers: str) -> dict[str, str]:
    pairs = (line.partition(": ") for line in trailers.splitlines())
    return {key: value.strip() for key, _, value in pairs if value}


def _plain(text: str) -> str:
    return "".join(char for char in text if char not in "<>\n\0").strip()
