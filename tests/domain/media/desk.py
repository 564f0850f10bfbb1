"""Someone who uploads: the studio on a folder of its own, and short words for what one does with it."""

import io
import os

from pinson.domain import media
from pinson.domain.accounts import AccountId
from pinson.domain.media import Details, Media, MediaId, Said, State, Studio, Upload
from pinson.lib.blobs import Blobs
from pinson.lib.clock import EPOCH
from tests.lib.pictures import photo

POST, OTHER_POST = 7_000, 8_000


def upload(content):
    """A file as an interface hands it over."""
    return Upload(io.BytesIO(content), len(content))


class Desk:
    """See the module."""

    def __init__(self, db, folder, ffmpeg, now):
        self.db, self.now, self._folder = db, now, folder
        self.blobs = Blobs(folder, db)
        self.studio = Studio(db, self.blobs, ffmpeg)

    async def send(self, account_id, content=None, *, thumbnail=None, wait=False, now=None, **said):
        """Upload something; a photo unless told."""
        return await self.studio.receive(
            upload(photo(90, 60) if content is None else content),
            thumbnail=None if thumbnail is None else upload(thumbnail),
            said=Said(**said),
            account_id=account_id,
            wait=wait,
            now=now or self.now,
        )

    async def write(self, verb, **arguments):
        """One command, now unless told."""
        return await self.db.write(verb, **{"now": self.now} | arguments)

    async def attach(self, account_id, *sent, post_id=POST):
        """Have a post show these."""
        ids = [one.id for one in sent]
        return await self.db.write(media.attach, ids=ids, account_id=account_id, post_id=post_id)

    async def of_post(self, post_id=POST):
        """What a post shows."""
        async with self.db.read() as tx:
            return (await media.of_posts(tx, [post_id])).get(post_id, [])

    async def loose(self, id, account_id):
        """Something that no post has."""
        async with self.db.read() as tx:
            return await media.owned(tx, id, account_id=account_id)

    def files(self):
        """Names of all files there are, finished or not."""
        return {name for _, _, names in os.walk(self._folder) for name in names}


def some(kind, state=State.READY):
    """Media that nobody has stored."""
    return Media(
        id=MediaId(1),
        account_id=AccountId(2),
        post_id=None,
        position=0,
        kind=kind,
        state=state,
        key="0" * 32 + ".jpg",
        preview_key=None,
        upload_key=None,
        size=1,
        details=Details(),
        description="",
        focus_x=None,
        focus_y=None,
        blurhash=None,
        created_at=EPOCH,
        loose_since=EPOCH,
    )
