"""What happens to media."""

from pinson.domain.media.model import MediaId
from pinson.lib.log import Fact


class MediaUploaded(Fact, frozen=True, kw_only=True):
    """Something was sent that takes long to process, and its sender does not wait."""

    id: MediaId
