"""A real Postfix on loopback, for tests: passes on what we send, and hands back what could not be delivered."""

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path

from tests.ports import a_free_port

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx.pinson.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
relayhost = [127.0.0.1]:{world}
relay_domains = {domain}
transport_maps = inline:{{ {domain}=lmtp:inet:127.0.0.1:{lmtp} }}
smtp_dns_support_level = disabled
"""
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@contextlib.asynccontextmanager
async def running(postfix, *, world, domain, lmtp):
    """Postfix, until the block ends; gives its port.

    Args:
        world: port of the server that it passes everything on to, as if that were all others.
        domain, lmtp: whose mail goes to this port of ours.
    """
    port = a_free_port()
    folder = _folder(port, world=world, domain=domain, lmtp=lmtp)
    try:
        await _said(postfix, folder, "start")
        try:
            yield port
        finally:
            await _said(postfix, folder, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _folder(port, **places):
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)  # its processes are of another user
    for name in ("conf", "queue", "data"):
        (folder / name).mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix")
    (folder / "conf" / "main.cf").write_text(MAIN.format(folder=folder, **places))
    (folder / "conf" / "master.cf").write_text(SERVICES.format(port=port))
    return folder


async def _said(postfix, folder, order):
    process = await asyncio.create_subprocess_exec(
        postfix, "-c", str(folder / "conf"), order, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    assert await asyncio.wait_for(process.wait(), 60) == 0, (folder / "log").read_text()[-2000:]
