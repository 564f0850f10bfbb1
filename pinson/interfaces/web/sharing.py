"""How a post or a profile looks elsewhere: in a frame on another site, and as a picture beside a link.

Both show what strangers see, whoever asks, and set no cookie. A frame may stand on any site: there is nothing to
click in it but links, which open a page of their own.

Not here: the words that pages say of themselves to other programs (`_share.html`), oEmbed (mastodon).
"""

from starlette.responses import Response

from pinson.domain import accounts, posts
from pinson.domain.accounts import Profile
from pinson.domain.posts import Post, PostNotFound, Reader, summary_of
from pinson.interfaces.request import Routes
from pinson.interfaces.web.posts import id_of
from pinson.interfaces.web.profiles import OfAccount, Within, profile_of
from pinson.interfaces.web.site import Call
from pinson.lib.i18n import typography

routes = Routes()

KEPT = 60  # seconds that a proxy may hold a frame
KEPT_PICTURE = 86_400


@routes.get("/@{acct}/{what}/embed")
async def embed(call: Call, form: Within) -> Response:
    """A post, to stand in a page of somebody else.

    Raises:
        PostNotFound: there is none, not for everybody, or it is not this account's.
    """
    author, post = await _shared(call, form)
    async with call.tools.db.read() as tx:
        shapes = await call.tools.shapes.of(tx, [post.id])
        cards = await call.cards(tx, shapes)
    if not cards:
        raise PostNotFound
    return call.framed("embed", kept=KEPT, author=author, summary=summary_of(post), card=cards[0])


@routes.get("/@{acct}/{what}/card.png")
async def picture_of_post(call: Call, form: Within) -> Response:
    """What a post says, as a picture.

    Raises:
        PostNotFound.
    """
    author, post = await _shared(call, form)
    said = summary_of(post)
    return await _picture(call, author, typography(said, "fr") if post.language == "fr" else said)


@routes.get("/@{acct}/card.png")
async def picture_of_profile(call: Call, form: OfAccount) -> Response:
    """What an account says of itself, as a picture.

    Raises:
        AccountNotFound.
    """
    async with call.tools.db.read() as tx:
        profile = await profile_of(tx, call, form.acct)
    return await _picture(call, profile, " ".join(profile.note.split()))


async def _shared(call: Call, form: Within) -> tuple[Profile, Post]:
    id = id_of(form.what)
    async with call.tools.db.read() as tx:
        shape = await posts.visible(tx, id, reader=Reader(None, call.tools.standing))
        author = await accounts.profile(tx, shape.author_id)
        if author is None or shape.boost_of_id is not None or author.acct.lower() != form.acct.lower():
            raise PostNotFound
        return author, await posts.post(tx, id)


async def _picture(call: Call, of: Profile, said: str) -> Response:
    name = of.display_name or of.username
    drawn = await call.poster(name=name, handle=f"@{of.acct}@{call.local_domain}", said=said)
    return call.public(drawn, "image/png", kept=KEPT_PICTURE)
