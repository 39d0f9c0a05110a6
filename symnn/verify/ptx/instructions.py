"""The table of what computes: from an opcode to what it makes of its sources, for all threads at once.

What touches memory, other lanes or the way through the kernel is not here: see ``steps``.
"""

from __future__ import annotations

from symnn.verify.ptx import choices, conversions, floating, integers
from symnn.verify.ptx.faults import Unsupported
from symnn.verify.ptx.values import DTYPES, Noise, Opcode, Semantics

__all__ = ["semantics"]

#: What one rule is for, whatever the type.
_ANY = {**choices.RULES, **conversions.RULES}


def semantics(text: str, noise: Noise | None = None) -> Semantics:
    """What an opcode with its modifiers does; raises ``Unsupported`` at one it does not know all of."""
    op = Opcode(text, noise)
    last = text.rpartition(".")[2]
    of_type = floating.RULES if last in DTYPES and DTYPES[last].kind == "f" else integers.RULES
    rule = _ANY.get(op.name) or of_type.get(op.name)
    if rule is None or (last in ("bf16", "f16x2", "bf16x2") and op.name != "cvt"):
        raise Unsupported(f"unknown instruction `{text}`")
    made = rule(op)
    op.finish()
    return made
