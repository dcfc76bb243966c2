"""Who may do what, by Entra object id."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Person, Role

EVERYBODY = "*"


class Roles:
    """Readers and operators as the settings name them; an operator is a reader too."""

    def __init__(self, readers: Iterable[str], operators: Iterable[str]) -> None:
        self._readers = {each.lower() for each in readers}
        self._operators = {each.lower() for each in operators}

    def of(self, person: Person) -> Role:
        """The role at this moment; somebody whose Entra id Teams does not tell is nobody."""
        who = person.id.lower()
        if not who:
            return Role.NOBODY
        if who in self._operators:
            return Role.OPERATOR
        return Role.READER if who in self._readers or EVERYBODY in self._readers else Role.NOBODY
