"""Verification: every operation against its declaration, by methods that share nothing with the engine."""
