"""Collections: accounts that somebody recommends, in public, under a name.

Called by interfaces, by notifications and moderation, and by the rest of `relations`: a block takes either out of
what the other recommends. Whoever is in one agreed to be recommended, is told, and may leave it for good. Not here:
timelines of them (a list is for its owner alone, and has one).

Source: https://docs.joinmastodon.org/methods/collections.
"""

from pinson.domain.relations.collections.commands import add, change, create, delete, part, remove, revoke, sever_all
from pinson.domain.relations.collections.facts import CollectionChanged, CollectionDeleted, Featured, Unfeatured
from pinson.domain.relations.collections.model import Changes, Collection, Item, State
from pinson.domain.relations.collections.queries import by_ids, featured, featuring, items, of_account, search, visible
from pinson.domain.relations.collections.rules import (
    MOST_COLLECTIONS,
    AlreadyFeatured,
    CannotFeature,
    CollectionNotFound,
    ItemNotFound,
    LanguageUnknown,
    NotYours,
    TagInvalid,
    TooManyCollections,
    TooManyFeatured,
)

__all__ = [
    "MOST_COLLECTIONS",
    "AlreadyFeatured",
    "CannotFeature",
    "Changes",
    "Collection",
    "CollectionChanged",
    "CollectionDeleted",
    "CollectionNotFound",
    "Featured",
    "Item",
    "ItemNotFound",
    "LanguageUnknown",
    "NotYours",
    "State",
    "TagInvalid",
    "TooManyCollections",
    "TooManyFeatured",
    "Unfeatured",
    "add",
    "by_ids",
    "change",
    "create",
    "delete",
    "featured",
    "featuring",
    "items",
    "of_account",
    "part",
    "remove",
    "revoke",
    "search",
    "sever_all",
    "visible",
]
