"""What an HTML mail is made of, read strictly: its tags, its links, its visible text."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta"}


class Page(HTMLParser):
    """Fails where tags do not match; keeps each tag with its attributes, and the text outside the head."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} says something twice: {names}"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if "head" not in self._open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All that is said, in a row."""
        return " ".join(" ".join(self.texts).split())

    @property
    def links(self) -> list[str]:
        return [attributes["href"] for _, attributes in self.tags if "href" in attributes]
