"""A person with a browser, as far as pages without script need one: keeps cookies, fills in forms, sends them."""

import re
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.world import PASSWORD

CALLBACK = "https://app.example/callback?from=pinson"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


class Form(NamedTuple):
    """A form of a page: where it goes, and what it holds before anybody types. buttons: (name, value) each."""

    action: str
    fields: dict
    buttons: list


class Page(HTMLParser):
    """What is in an answer: its forms, and its text as a reader sees it."""

    def __init__(self, answer):
        super().__init__()
        self.status, self.headers, self.html = answer.status_code, answer.headers, answer.text
        self.forms, self.links, self._words, self._silent = [], [], [], False
        self._area = self._select = None  # the names of those that are open
        self.feed(answer.text)
        self.close()

    @property
    def text(self):
        return re.sub(r"[ \n]+", " ", "".join(self._words))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        match tag:
            case "form":
                self.forms.append(Form(given["action"], {}, []))
            case "input" if given.get("name") and given.get("type") not in ("checkbox", "radio"):
                self.forms[-1].fields[given["name"]] = given.get("value", "")
            case "input" if given.get("name") and "checked" in given:
                self.forms[-1].fields[given["name"]] = given["value"]
            case "textarea":
                self._area = given["name"]
                self.forms[-1].fields[self._area] = ""
            case "select":
                self._select = given["name"]
            case "option" if "selected" in given or self._select not in self.forms[-1].fields:
                self.forms[-1].fields[self._select] = given["value"]
            case "button" if given.get("type") != "button":
                self.forms[-1].buttons.append((given.get("name"), given.get("value")))
            case "a":
                self.links.append(given["href"])
            case "style" | "script":
                self._silent = True

    def handle_endtag(self, tag):
        self._silent = self._silent and tag not in ("style", "script")
        if tag == "textarea":
            self.forms[-1].fields[self._area] = self.forms[-1].fields[self._area].removeprefix("\n")
            self._area = None

    def handle_data(self, data):
        if self._area:
            self.forms[-1].fields[self._area] += data
        if not self._silent:
            self._words.append(data)


class Visitor:
    """See the module."""

    def __init__(self, world, *, lang="en"):
        self.world = world
        self.client = world.client()
        self.client.headers["accept-language"] = lang

    async def open(self, path, **headers):
        """The page at a path, after the redirects that stay on this site."""
        answer = await self.client.get(path, headers=headers)
        return await self._arrive(answer)

    async def send(self, page, *, form=0, button=(None, None), follow=True, **filled):
        """Send a form of a page: what it holds, and what is filled in over it.

        Returns:
            The page where that leads; the bare answer if it leads elsewhere or `follow` is off.
        """
        chosen = page.forms[form]
        name, value = button
        data = {**chosen.fields, **filled, **({name: value} if name else {})}
        answer = await self.client.post(chosen.action, data=data)
        return await self._arrive(answer) if follow else answer

    async def sign_in(self, login, password=PASSWORD, *, at="/auth/sign_in"):
        """Fill in the sign-in form."""
        return await self.send(await self.open(at), login=login, password=password)

    @property
    def session(self):
        """The session's cookie, or None."""
        return self.client.cookies.get("__Host-session") or self.client.cookies.get("session")

    async def _arrive(self, answer):
        while answer.is_redirect and answer.headers["location"].startswith("/"):
            answer = await self.client.get(answer.headers["location"])
        return answer if answer.is_redirect else Page(answer)


def visitor_from(world, address):
    """Somebody at another address of the internet."""
    visitor = Visitor(world)
    visitor.client._transport.client = (address, 1234)
    return visitor


def query_of(answer):
    """What a redirect adds to the address it leads to."""
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query, keep_blank_values=True))
