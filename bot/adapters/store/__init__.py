"""The bot's memory in a database: SQLAlchemy Core, a small file for each group of tables."""

from bot.adapters.store.engine import Store
from bot.adapters.store.fenced import Fenced
from bot.adapters.store.transaction import Transaction

__all__ = ["Fenced", "Store", "Transaction"]
