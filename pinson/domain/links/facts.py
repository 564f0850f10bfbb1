"""What happens to links."""

from pinson.domain.links.model import LinkId
from pinson.lib.log import Fact


class LinkFound(Fact, frozen=True, kw_only=True):
    """Somebody shared a link whose page we have not read, or not lately."""

    link_id: LinkId


class LinkPreviewed(Fact, frozen=True, kw_only=True):
    """The link's page was read: whoever keeps a rendering of its card drops that."""

    link_id: LinkId
