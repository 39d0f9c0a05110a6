"""Verification: every operation against its declaration, by methods that share nothing with the engine."""

from symnn.verify.evaluate import evaluate
from symnn.verify.operation import verify_operation
from symnn.verify.report import Measure, Report

__all__ = ["Measure", "Report", "evaluate", "verify_operation"]
