"""The page of a hashtag, `/tags/name`: what is public under it, for anybody."""

from starlette.responses import Response

from pinson.domain import posts
from pinson.domain.filters import Context
from pinson.interfaces.request import Routes
from pinson.interfaces.web.reading import KEPT, Paged, Part, read
from pinson.interfaces.web.site import Call

routes = Routes()


class Asked(Paged, kw_only=True):
    """A page of a hashtag."""

    name: str


@routes.get("/tags/{name}")
async def show(call: Call, form: Asked) -> Response:
    """What is public under a hashtag; one that nobody has used is empty.

    Raises:
        BadTag: no hashtag can have this name.
    """
    folded = posts.tag_name(form.name)
    async with call.tools.db.read() as tx:
        tag, reader = await posts.tag(tx, folded), await call.reader(tx)
    part = Part()
    if tag is not None:
        part = await read(call, call.tools.timelines.tag(tag.id), form, Context.PUBLIC)
    name = form.name.lstrip("#") if tag is None else tag.display_name
    is_followed = tag is not None and reader.circle is not None and tag.id in reader.circle.topics
    of = None if tag is None else (tag.id,)
    return call.page("tag", kept=KEPT, of=of, name=name, path=f"/tags/{folded}", part=part, is_followed=is_followed)
