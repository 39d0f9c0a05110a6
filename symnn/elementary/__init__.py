"""Elementary functions, declared, fitted and emitted by the project itself."""
