"""What a collection may be, who may be in one, and who sees it. Pure."""

from pinson.domain.accounts import Account, FieldRefused, Flaw
from pinson.domain.relations.collections.model import Collection
from pinson.lib.errors import Kind, Refusal

MOST_COLLECTIONS = 10  # of an account
MOST_FEATURED = 25  # in a collection
MAX_NAME = 40
MAX_DESCRIPTION = 100


class CollectionNotFound(Refusal):
    """There is no such collection, or its owner and the reader are kept apart: the two look the same."""

    kind, code = Kind.MISSING, "collection_not_found"
    text = "Record not found"


class ItemNotFound(Refusal):
    """The collection has no such place."""

    kind, code = Kind.MISSING, "collection_item_not_found"
    text = "Record not found"


class NotYours(Refusal):
    """It is somebody else's to change."""

    kind, code = Kind.FORBIDDEN, "not_your_collection"
    text = "This action is not allowed"


class CannotFeature(Refusal):
    """That account does not want to be recommended, or not by this one."""

    kind, code = Kind.FORBIDDEN, "cannot_feature"
    text = "This action is not allowed"


class AlreadyFeatured(Refusal):
    """The collection holds that account."""

    kind, code = Kind.INVALID, "already_featured"
    text = "Validation failed: this account is already in the collection"


class TooManyCollections(Refusal):
    """The account has as many collections as it may."""

    kind, code = Kind.INVALID, "too_many_collections"
    text = "Validation failed: you can have at most {limit} collections"


class TooManyFeatured(FieldRefused):
    """A collection would hold more accounts than it may."""

    code, field, flaw = "too_many_featured", "collection_items", Flaw.TOO_LONG
    text = "A collection holds at most {limit} accounts."


class NameBlank(FieldRefused):
    """A collection without a name."""

    code, field, flaw = "collection_name_blank", "name", Flaw.BLANK
    text = "Name can't be blank."


class NameTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "collection_name_too_long", "name", Flaw.TOO_LONG
    text = "A collection's name has at most {limit} characters."


class DescriptionTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "collection_description_too_long", "description", Flaw.TOO_LONG
    text = "A collection's description has at most {limit} characters."


class LanguageUnknown(FieldRefused):
    """There is no such language."""

    code, field, flaw = "collection_language_unknown", "language", Flaw.INVALID
    text = "Language is not known."


class TagInvalid(FieldRefused):
    """It could not be written as a hashtag."""

    code, field, flaw = "collection_tag_invalid", "tag_name", Flaw.INVALID
    text = "This cannot be a hashtag."


def check(one: Collection) -> None:
    """
    Raises:
        NameBlank, NameTooLong, DescriptionTooLong.
    """
    if not one.name.strip():
        raise NameBlank
    if len(one.name) > MAX_NAME:
        raise NameTooLong(limit=MAX_NAME)
    if len(one.description) > MAX_DESCRIPTION:
        raise DescriptionTooLong(limit=MAX_DESCRIPTION)


def agrees(account: Account) -> bool:
    """Whether an account lets others recommend it: those do that want to be found. Blocks come on top."""
    return bool(account.discoverable)
