"""The errors a user can meet: each is one message that says what is wrong, where, and what to do."""

from __future__ import annotations

__all__ = ["DeclarationError", "NotDifferentiableError", "SymnnError", "UsageError", "VerificationError"]


class SymnnError(Exception):
    """Base of all errors that are shown to a user as one message, without a traceback."""


class UsageError(SymnnError):
    """A command or a call was given something it cannot work with."""


class VerificationError(SymnnError):
    """A derived gradient or an emitted kernel missed its bound."""


class NotDifferentiableError(SymnnError):
    """An operation has no gradient for the argument that was asked for."""


class DeclarationError(SymnnError):
    """A declaration is wrong: the message carries the file, the line, what is wrong and what to do."""

    def __init__(self, what: str, todo: str, filename: str, line: int) -> None:
        super().__init__(f"{filename}:{line}: {what}\n  {todo}")
        self.what, self.todo, self.filename, self.line = what, todo, filename, line
