"""Kannel, a gateway of others, between us and a network: it takes texts over HTTP and speaks SMPP.

Two traps: with `alt-charset = "UTF-8"` it puts raw UTF-8 where networks expect their alphabet, so that stays as it is;
and what a web hook answers must say `charset=utf-8`.
"""

import asyncio
import contextlib
from urllib.parse import quote

from tests.ports import a_free_port

CONFIG = """
group = core
admin-port = {admin}
admin-interface = "127.0.0.1"
admin-password = secret
smsbox-port = {box}
smsbox-interface = "127.0.0.1"
box-allow-ip = "127.0.0.1"
box-deny-ip = "*.*.*.*"
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = network
host = 127.0.0.1
port = {network}
transceiver-mode = true
smsc-username = kannel
smsc-password = secret
system-type = ""
source-addr-autodetect = true
msg-id-type = 0
reconnect-delay = 1
enquire-link-interval = 5

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = "127.0.0.1"
sendsms-chars = "0123456789 +-"
mo-recode = true

group = sendsms-user
username = pinson
password = secret
max-messages = 10
concatenation = true

group = sms-service
keyword = default
get-url = "{hooks}/incoming?key={key}&from=%p&to=%P&text=%a&charset=%C"
max-messages = 0
catch-all = true
accept-x-kannel-headers = true
"""


class Kannel:
    """A running one. url: the template by which it takes a text."""

    def __init__(self, port):
        self.url = (
            f"http://127.0.0.1:{port}/cgi-bin/sendsms?username=pinson&password=secret&from={{from}}&to={{to}}&text={{text}}"
            "&charset=UTF-8&coding={coding}&dlr-mask=31&dlr-url={receipts}%26state%3D%25d%26error%3D%25A"
        )


@contextlib.asynccontextmanager
async def a_kannel(program, folder, network, *, hooks, key):
    """Kannel between web hooks below `hooks` and a network, until the block ends."""
    bearerbox, smsbox = program("bearerbox"), program("smsbox")
    admin, box, http = a_free_port(), a_free_port(), a_free_port()
    config = folder / "kannel.conf"
    names = {"admin": admin, "box": box, "http": http, "network": network.port, "hooks": hooks, "key": quote(key)}
    config.write_text(CONFIG.format(**names))
    log = folder / "bearerbox.log"
    running = []
    try:
        running.append(await _started(bearerbox, config, log))
        await _says(log, "entering mainloop")  # asking its port would count as a box that went away again
        running.append(await _started(smsbox, config, folder / "smsbox.log"))
        await _says(log, "Client connected")
        async with asyncio.timeout(60):
            while not network.binds:  # noqa: ASYNC110  (another process)
                await asyncio.sleep(0.05)
        yield Kannel(http)
    finally:
        for process in reversed(running):
            process.kill()
            await process.wait()


async def _started(path, config, log):
    with log.open("wb") as file:
        return await asyncio.create_subprocess_exec(path, config, stdout=file, stderr=file)


async def _says(log, words):
    try:
        async with asyncio.timeout(60):
            while words not in log.read_text(errors="replace"):  # noqa: ASYNC110  (another process)
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(log.read_text(errors="replace")[-2000:]) from None
