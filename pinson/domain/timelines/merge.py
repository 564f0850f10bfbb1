"""A timeline is read, never written: it is the newest entries of the topics one follows.

Called by `queries.py` for home, profiles, hashtags and public pages alike. Publishing
therefore costs the same for ten followers and for ten million, and nothing can lag behind.

Why it is fast: the n newest entries come from at most n topics, and a topic whose own newest
entry (its head) is older than the page cannot matter. So we look at all heads, merge the
newest few topics, and know down to which id the result is certain.

Not here: who may see a post (posts/rules.py), which posts belong (rules.py), pages deeper than
memory (store.py).
"""

import numpy as np
from numpy.typing import NDArray

from pinson.domain.timelines.rings import Picked

Ids = NDArray[np.int64]


def newest_topics(heads: Ids, k: int) -> tuple[NDArray[np.int64], int]:
    """The places of the k newest heads, in no order, and the newest head that was left out.

    Args:
        heads: (n,) heads of the topics of a timeline, 0 where a topic is empty.
    """
    n = len(heads)
    if k >= n:
        return np.arange(n), 0
    parted = heads.argpartition(n - k - 1)
    return parted[n - k :], int(heads[parted[n - k - 1]])


def newest(rings: Picked, *, next_head: int) -> tuple[list[int], int]:
    """Merge the rings of the topics with the newest heads.

    Args:
        next_head: head of the newest topic that was left out; 0 if none was.
    Returns:
        Ids, descending, each once (a post may stand under several topics), all of them above
        the second value: nothing above that one is missing. The caller drops what it does not
        want, and asks again with more topics if too few are left.
    """
    oldest = rings.ids[:, -1] * rings.cut
    certain_above = max(next_head, int(np.maximum.reduce(oldest, initial=0)))
    ids = rings.ids[rings.ids > certain_above]
    ids.sort()
    return list(dict.fromkeys(ids[::-1].tolist())), certain_above
