"""acx: agents' sessions become lessons, written as Agent Skills and committed to git.

The Python API is the verbs, typed functions that return frozen reports, and the values they speak:

    from acx import Context
    from acx.verbs import learn, space

    ctx = Context.real()
    space.create(ctx, "deploys", user="alice@example.com")
    report = learn.learn(ctx, ["session.jsonl"])

`acx.model` has the values, `acx.errors` what is raised. Nothing is imported before it is used, so
that `import acx` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from acx.verbs.context import Context

__all__ = ["Context", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Context":
        from acx.verbs.context import Context

        return Context
    raise AttributeError(f"module 'acx' has no attribute {name!r}")
