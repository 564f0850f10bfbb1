"""So many of something a second, evenly: whoever wants to do one more waits for its turn.

Called by gateways, which have agreed on a pace with an operator. One process's; state is in memory.
"""

import asyncio

BURST = 0.05  # seconds by which turns may be made up for that nobody could take: timers are not exact


class Pace:
    """See the module."""

    def __init__(self, per_second: float) -> None:
        self._step = 1 / per_second
        self._next_at = 0.0

    async def turn(self) -> None:
        """Wait for a turn. Turns are given in the order in which they are asked for."""
        now = asyncio.get_running_loop().time()
        self._next_at = max(self._next_at, now - BURST) + self._step
        if self._next_at > now:
            await asyncio.sleep(self._next_at - now)
