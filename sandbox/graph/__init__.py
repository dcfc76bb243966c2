"""Microsoft Graph v1.0 as far as a bot for provisioning needs it."""

from sandbox.graph.app import graph_app

__all__ = ["graph_app"]
