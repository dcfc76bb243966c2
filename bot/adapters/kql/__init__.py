"""KQL for the local log store: checks a query, closes the engine's gaps and turns it into SQL."""
