"""Filters: what an account wants to be warned of, by words and by single posts.

Called by interfaces: to keep filters, and to say of each post that is shown which of its reader's
filters it matches (`FilteredPosts`). Nothing is left out here: what to do with a match, and where,
is for the reader's app. Not here: blocks and mutes, which do hide (relations).
"""

from pinson.domain.filters.commands import (
    KeywordEdit,
    add_keyword,
    add_post,
    change,
    change_alone,
    change_keyword,
    create,
    create_alone,
    delete,
    delete_all,
    delete_alone,
    delete_keyword,
    remove_post,
)
from pinson.domain.filters.facts import FiltersChanged
from pinson.domain.filters.model import Action, Context, Filter, FilteredPost, Keyword, Match, Whole
from pinson.domain.filters.queries import filtered_post, keyword, of_account, one
from pinson.domain.filters.remembered import FilteredPosts
from pinson.domain.filters.rules import FilterNotFound

__all__ = [
    "Action",
    "Context",
    "Filter",
    "FilterNotFound",
    "FilteredPost",
    "FilteredPosts",
    "FiltersChanged",
    "Keyword",
    "KeywordEdit",
    "Match",
    "Whole",
    "add_keyword",
    "add_post",
    "change",
    "change_alone",
    "change_keyword",
    "create",
    "create_alone",
    "delete",
    "delete_all",
    "delete_alone",
    "delete_keyword",
    "filtered_post",
    "keyword",
    "of_account",
    "one",
    "remove_post",
]
