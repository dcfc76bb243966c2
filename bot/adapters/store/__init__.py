"""The bot's memory in a database: SQLAlchemy Core, a small file for each group of tables."""

from bot.adapters.store.engine import Store, Transaction

__all__ = ["Store", "Transaction"]
