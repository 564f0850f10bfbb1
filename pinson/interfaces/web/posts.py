"""The page of a post with its thread, at `/@name/ID`: the address that every app shows. Its route is that of a day
too, so `profiles.py` calls it."""

from starlette.responses import Response

from pinson.domain import accounts, posts, shortlinks
from pinson.domain.filters import Context
from pinson.domain.posts import PostId, PostNotFound, summary_of
from pinson.interfaces.web.reading import KEPT
from pinson.interfaces.web.site import Call
from pinson.lib.paging import NEWEST

DIGITS = 19  # of an id, at most


async def show_post(call: Call, *, acct: str, id: str) -> Response:
    """A post, what it answers and what answers it, as far as its reader may see them.

    Raises:
        PostNotFound: there is none, not for them, or it is not this account's.
    """
    post_id = id_of(id)
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        shape = await posts.visible(tx, post_id, reader=reader)
        author = await accounts.profile(tx, shape.author_id)
        if author is None or shape.boost_of_id is not None:
            raise PostNotFound
        post = await posts.post(tx, post_id)
        is_own = call.acting is not None and call.acting.account_id == author.id
        short = await shortlinks.of_post(tx, post_id) if is_own else []
        codes = await shortlinks.codes_of(tx, [link.id for link in short]) if short else {}
    if author.acct.lower() != acct.lower():
        return call.redirect(f"/@{author.acct}/{post_id}", status=301)
    context = await call.tools.db.read_in_thread(posts.context, id=post_id, reader=reader)
    async with call.tools.db.read() as tx:
        above = await call.cards(tx, context.ancestors, Context.THREAD)
        chosen = await call.cards(tx, [shape])
        below = await call.cards(tx, context.descendants, Context.THREAD)
    if not chosen:
        raise PostNotFound
    return call.page(
        "post",
        kept=KEPT,
        of=(post_id, author.id, shape.conversation_id, *context.through),
        author=author,
        post=post,
        summary=summary_of(post),
        is_shared=post.visibility in ("public", "unlisted"),
        above=above,
        card=chosen[0],
        below=below,
        short=[(link, codes[link.id][shortlinks.Channel.MESSAGE]) for link in short],
    )


def id_of(said: str) -> PostId:
    """The id of a post as an address says it.

    Raises:
        PostNotFound: no post has such an id.
    """
    if not said.isdecimal() or len(said) > DIGITS or int(said) > NEWEST:
        raise PostNotFound
    return PostId(int(said))
