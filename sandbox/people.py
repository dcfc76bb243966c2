"""The people of the fictional company: the same two thousand for the same seed."""

from __future__ import annotations

import random
import unicodedata

import msgspec

from sandbox.ids import drawn_guid

DOMAIN = "alderfinch.example"
AD_DOMAIN = f"corp.{DOMAIN}"
AD_ROOT = ",".join(f"DC={part}" for part in AD_DOMAIN.split("."))


def _words(text: str) -> list[str]:
    return text.split()


_GIVEN = _words(
    "Ada Aino Alma Amara Amir Anders Ángel Anika Aoife Arjun Astrid Beatriz Bilal Birgit Björn Camila Carlos Chiara "
    "Chloé Dag Daniela Darius Deniz Elena Elif Emeka Emre Esra Eva Farah Fatima Felix Finn Freya Gabriel Grace Hana "
    "Hassan Helga Henrik Hugo Ida Ingrid Ines Isaac Ivana Jakub Jan Jasmin Jonas Julia Kaito Karin Kofi Lars Laura "
    "Leila Liam Linnea Luca Lucía Magnus Malik Marek Maria Mateo Maya Mei Mikael Mina Nadia Naoki Nia Noah Nora Olga "
    "Oskar Pia Priya Quinn Rafael Rania Rosa Ruben Sami Sara Selma Sofia Stefan Tariq Tess Thandi Tomás Uma Valeria "
    "Viktor Wanda Wei Yara Yusuf Zoé"
)
_SURNAMES = _words(
    "Abara Adler Ahmed Almeida Andersson Baker Banerjee Barros Bauer Becker Berg Bianchi Blom Bruun Castillo Chen "
    "Conti Costa Dahl Diallo Dimitrov Dubois Eriksen Esposito Fabre Farouk Fischer Fontaine Fuchs Garcia Greco Haddad "
    "Hansen Haug Hoffmann Horvat Ibrahim Ito Jansen Jensen Johnson Kaya Keller Khan Kim Klein Kovač Kowalski Kumar "
    "Larsen Laurent Lee Lindqvist López Lund Maier Marino Mensah Meyer Moreau Müller Mwangi Nakamura Ndiaye Nguyen "
    "Nielsen Novak O'Brien Okafor Olsen Ortiz Owusu Park Patel Pereira Petrov Popescu Quist Rahman Ricci Rossi Roux "
    "Sato Schmidt Silva Singh Smith Suzuki Svensson Tanaka Torres Ueda Varga Vidal Virtanen Wagner Walker Wang Weber "
    "Wójcik Yamada Yılmaz Zhang Zimmermann"
)
_DEPARTMENTS = _words("Engineering Finance Logistics Manufacturing Marketing People Research Sales Service Support")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "ß": "ss", "æ": "ae"})


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the company, with the name each directory has for them."""

    number: int
    given: str
    surname: str
    department: str
    title: str
    upn: str
    id: str
    ad_guid: str
    dn: str

    @property
    def name(self) -> str:
        return f"{self.given} {self.surname}"

    @property
    def in_teams(self) -> dict[str, str]:
        """As Graph lists the person, which is how the rest of the sandbox knows who speaks."""
        return {"id": self.id, "displayName": self.name, "userPrincipalName": self.upn}

    @property
    def worker_id(self) -> str:
        return str(21_000 + self.number)


def make_people(rng: random.Random, count: int) -> tuple[Person, ...]:
    """As many people as asked for; whoever shares a name with somebody gets a number into the address."""
    taken: dict[str, int] = {}
    return tuple(_person(rng, number, taken) for number in range(count))


def _person(rng: random.Random, number: int, taken: dict[str, int]) -> Person:
    given, surname, department = rng.choice(_GIVEN), rng.choice(_SURNAMES), rng.choice(_DEPARTMENTS)
    local = f"{_plain(given)}.{_plain(surname)}"
    taken[local] = taken.get(local, 0) + 1
    nth = taken[local]
    common = f"{given} {surname}" if nth == 1 else f"{given} {surname} {nth}"
    return Person(
        number=number,
        given=given,
        surname=surname,
        department=department,
        title=f"{department} {rng.choice(('Analyst', 'Engineer', 'Lead', 'Manager', 'Specialist'))}",
        upn=f"{local}{'' if nth == 1 else nth}@{DOMAIN}",
        id=drawn_guid(rng),
        ad_guid=drawn_guid(rng),
        dn=f"CN={common},OU={department},OU=People,{AD_ROOT}",
    )


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())
