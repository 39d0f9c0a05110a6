"""Reductions across rows that are not sums: norms, maxima and their places, which each chunk of rows has in part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symnn.language.scaled import Norm
from symnn.language.terms import Peak, Place, Shift
from symnn.loops.ir import Fold
from symnn.loops.items import Item

__all__ = ["folds", "is_chosen_elsewhere", "partner", "shifts"]


def folds(items: Sequence[Item], times: Mapping[str, int]) -> tuple[Fold, ...]:
    """How what chunks of rows have is put together, where it is not added up; ``times`` are the passes of the items."""
    made = []
    for item in (i for i in items if i.across):
        if item.reduces is Norm:
            made.append(Fold(item.name, "norm"))
        elif item.reduces is Place:
            best = partner(item, [i for i in items if times[i.name] == times[item.name]])
            made.append(Fold(item.name, "place", best.name if best else f"{item.name}_best"))
        elif item.reduces is not None and issubclass(item.reduces, Peak):
            made.append(Fold(item.name, "shift" if shifts(item) else "greatest"))
    return tuple(made)


def partner(item: Item, ending: Sequence[Item]) -> Item | None:
    """The maximum whose place an item is, where both are worked out in one pass; it has one place."""
    alike = [i for i in ending if i.reduces is Place and (i.body, i.bound) == (item.body, item.bound)]
    if alike[0] is not item:
        return None
    same = (item.body, item.bound, item.across)
    return next((i for i in ending if i.reduces is Peak and (i.body, i.bound, i.across) == same), None)


def is_chosen_elsewhere(item: Item, ending: Sequence[Item]) -> bool:
    """Whether a maximum is kept along with its place."""
    return item.reduces is Peak and any(i.reduces is Place and partner(i, ending) is item for i in ending)


def shifts(item: Item) -> bool:
    """Whether exponents are shifted by a maximum."""
    return item.reduces is not None and issubclass(item.reduces, Shift)
