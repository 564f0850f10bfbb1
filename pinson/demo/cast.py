"""What those who live in the demo's world are made of."""

from typing import NamedTuple

from pinson.domain.posts import Visibility


class Person(NamedTuple):
    """Somebody of the demo. Their e-mail address is their name at the domain of the demo.

    place, work: lines of the profile. site: a page of theirs that was shown to link back; all sites are invented.
    found: whether they agreed to be found, and what they write.
    """

    username: str
    display_name: str
    note: str
    organisation: bool = False
    place: str = ""
    work: str = ""
    site: str = ""
    found: bool = True


class Line(NamedTuple):
    """A post. ago: hours. key: names it, so that others answer it, or correct it. photo: the name of a drawing."""

    ago: float
    author: str
    language: str
    text: str
    key: str = ""
    answers: str = ""
    visibility: Visibility = Visibility.PUBLIC
    corrects: str = ""
    photo: str = ""
