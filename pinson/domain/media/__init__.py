"""Media: pictures, films and sounds that people attach to posts.

Called by interfaces (upload, describe, delete), by posts (attach, detach), by `schedule.py`
(`forget_loose`) and by `reactions.py` (`process`). What was uploaded belongs to its uploader and
to one post at most; what belongs to no post for a day is forgotten.

Not here: how files are read and written (lib), who may see a post (posts). Pictures of accounts
and emojis are made here (`keep_portrait`, `Studio.still`) and belong to those.
"""

from pinson.domain.media.commands import (
    attach,
    delete,
    delete_all,
    delete_of_post,
    detach,
    forget_loose,
    update,
)
from pinson.domain.media.facts import MediaUploaded
from pinson.domain.media.model import (
    EMOJI,
    TYPES,
    Details,
    Focus,
    Media,
    MediaId,
    MediaKind,
    Portrayed,
    Preview,
    Said,
    State,
    Upload,
    address,
)
from pinson.domain.media.portraits import AVATAR, HEADER, Portrait, keep_portrait
from pinson.domain.media.queries import mine, of_posts, of_versions, owned
from pinson.domain.media.rules import (
    FILM_BYTES,
    IMAGE_BYTES,
    MOST_ATTACHED,
    MOST_DESCRIPTION,
    CannotAttach,
    InUse,
    MediaNotFound,
    MixedKinds,
    NotReady,
    ProcessingFailed,
    TooManyAttached,
    check_description,
    read_focus,
)
from pinson.domain.media.studio import Studio, process

__all__ = [
    "AVATAR",
    "EMOJI",
    "FILM_BYTES",
    "HEADER",
    "IMAGE_BYTES",
    "MOST_ATTACHED",
    "MOST_DESCRIPTION",
    "TYPES",
    "CannotAttach",
    "Details",
    "Focus",
    "InUse",
    "Media",
    "MediaId",
    "MediaKind",
    "MediaNotFound",
    "MediaUploaded",
    "MixedKinds",
    "NotReady",
    "Portrait",
    "Portrayed",
    "Preview",
    "ProcessingFailed",
    "Said",
    "State",
    "Studio",
    "TooManyAttached",
    "Upload",
    "address",
    "attach",
    "check_description",
    "delete",
    "delete_all",
    "delete_of_post",
    "detach",
    "forget_loose",
    "keep_portrait",
    "mine",
    "of_posts",
    "of_versions",
    "owned",
    "process",
    "read_focus",
    "update",
]
