"""Notifications: what an account is told that others did, and from whom it wants to hear.

Called by reactions, which tell (`notify` and the verbs that begin with `after_`), and by interfaces, which show
and remove. A notification is a row; those of one kind about one post are shown as one group, whose bounds and size are
kept as it grows, so that a page costs the same however many there are. Whatever an account's policy keeps apart is in
no group and disturbs nobody. How far it has read is here too (`markers`), and which browsers and apps want to
be woken (`push`).

Not here: what a notification looks like (interfaces); sending it to browsers.
"""

from pinson.domain.notifications import push
from pinson.domain.notifications.commands import (
    after_collection,
    after_edit_to_boosters,
    after_edit_to_quoters,
    after_featured,
    after_follow,
    after_mark,
    after_poll,
    after_post,
    after_post_to_followers,
    after_quote,
    after_sign_up,
    clear,
    dismiss,
    dismiss_group,
    follow_standing,
    forget_account,
    forget_between,
    forget_collection,
    forget_post,
    notify,
)
from pinson.domain.notifications.facts import NotificationsMerged, Notified, SenderAccepted, SenderDismissed
from pinson.domain.notifications.markers import mark, markers
from pinson.domain.notifications.model import (
    GROUPABLE,
    Choice,
    Group,
    Kind,
    Marker,
    Notification,
    Pending,
    Policy,
    PolicyChanges,
    Request,
    Selection,
)
from pinson.domain.notifications.queries import (
    group,
    group_page,
    is_followed_closely,
    notification,
    of_group,
    page,
    unread,
    unread_groups,
)
from pinson.domain.notifications.requests import (
    accept_senders,
    clear_away,
    dismiss_senders,
    is_merging,
    merge,
    pending,
    policy,
    request,
    requests,
    set_policy,
)
from pinson.domain.notifications.rules import NotificationNotFound, RequestNotFound

__all__ = [
    "GROUPABLE",
    "Choice",
    "Group",
    "Kind",
    "Marker",
    "Notification",
    "NotificationNotFound",
    "NotificationsMerged",
    "Notified",
    "Pending",
    "Policy",
    "PolicyChanges",
    "Request",
    "RequestNotFound",
    "Selection",
    "SenderAccepted",
    "SenderDismissed",
    "accept_senders",
    "after_collection",
    "after_edit_to_boosters",
    "after_edit_to_quoters",
    "after_featured",
    "after_follow",
    "after_mark",
    "after_poll",
    "after_post",
    "after_post_to_followers",
    "after_quote",
    "after_sign_up",
    "clear",
    "clear_away",
    "dismiss",
    "dismiss_group",
    "dismiss_senders",
    "follow_standing",
    "forget_account",
    "forget_between",
    "forget_collection",
    "forget_post",
    "group",
    "group_page",
    "is_followed_closely",
    "is_merging",
    "mark",
    "markers",
    "merge",
    "notification",
    "notify",
    "of_group",
    "page",
    "pending",
    "policy",
    "push",
    "request",
    "requests",
    "set_policy",
    "unread",
    "unread_groups",
]
