"""Lists: timelines that an account puts together of accounts and hashtags, for itself alone.

Called by interfaces, by timelines and streams (`ListShape`), and by the rest of `relations`:
who is no longer followed leaves all lists, and what members of an exclusive list post leaves
home, so circles know them. Not here: which posts stand on one (timelines).
"""

from pinson.domain.relations.lists.commands import (
    add_accounts,
    add_tags,
    change,
    create,
    delete,
    drop_member,
    put_back,
    remove_accounts,
    remove_tags,
    sever_all,
)
from pinson.domain.relations.lists.facts import ListChanged
from pinson.domain.relations.lists.model import List, ListShape, Replies
from pinson.domain.relations.lists.queries import exclusive_members, holding, members, of_account, one, shape
from pinson.domain.relations.lists.rules import AlreadyInList, ListNotFound, TooManyLists, TooManyTags

__all__ = [
    "AlreadyInList",
    "List",
    "ListChanged",
    "ListNotFound",
    "ListShape",
    "Replies",
    "TooManyLists",
    "TooManyTags",
    "add_accounts",
    "add_tags",
    "change",
    "create",
    "delete",
    "drop_member",
    "exclusive_members",
    "holding",
    "members",
    "of_account",
    "one",
    "put_back",
    "remove_accounts",
    "remove_tags",
    "sever_all",
    "shape",
]
