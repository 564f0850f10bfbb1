"""What a list may be. Pure."""

from pinson.lib.errors import Kind, Refusal

MOST_LISTS = 50
MOST_TAGS = 100  # in a list
MAX_TITLE = 256


class ListNotFound(Refusal):
    """There is no such list, or it is somebody else's: the two look the same."""

    kind, code = Kind.MISSING, "list_not_found"
    text = "Record not found"


class TitleBlank(Refusal):
    """A list without a name."""

    kind, code = Kind.INVALID, "list_title_blank"
    text = "Validation failed: Title can't be blank"


class TitleTooLong(Refusal):
    """Its name is longer than we take."""

    kind, code = Kind.INVALID, "list_title_too_long"
    text = "Validation failed: a list's title has at most {limit} characters"


class TooManyLists(Refusal):
    """The account has as many lists as it may."""

    kind, code = Kind.INVALID, "too_many_lists"
    text = "Validation failed: you can have at most {limit} lists"


class TooManyTags(Refusal):
    """The list would hold more hashtags than it may."""

    kind, code = Kind.INVALID, "too_many_tags_in_list"
    text = "Validation failed: a list holds at most {limit} hashtags"


class AlreadyInList(Refusal):
    """The list holds that account."""

    kind, code = Kind.INVALID, "already_in_list"
    text = "Validation failed: this account is already in the list"


def check_title(title: str) -> None:
    """
    Raises:
        TitleBlank, TitleTooLong.
    """
    if not title.strip():
        raise TitleBlank
    if len(title) > MAX_TITLE:
        raise TitleTooLong(limit=MAX_TITLE)
