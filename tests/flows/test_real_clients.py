"""People who bring the app they like: Mastodon.py and toot, from sign-in to a live stream.

Both go through the real consent page, in a real browser, against the real program.
"""

import json
import queue
import re
import subprocess
import sys
import threading
import time

import pytest
import pytest_asyncio
from mastodon import Mastodon, StreamListener
from PIL import Image

from tests.flows.server import PASSWORD, environment, live_server

SCOPES = ["read", "write", "follow", "push"]
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def consent(browser):
    """`await consent(url, person)`: sign in and allow, as a person does; the code that is shown."""

    async def allow(url, person):
        context = await browser.new_context(locale="fr-FR")
        page = await context.new_page()
        page.set_default_timeout(60_000)
        await page.goto(url)
        await page.locator("#login").fill(person.email)
        await page.locator("#password").fill(PASSWORD)
        await page.locator("#password").press("Enter")
        await page.locator("button[value=allow]").click()
        await page.wait_for_url(re.compile("/oauth/authorize/native"))
        code = re.search(r"code=([^&]+)", page.url)[1]
        assert code in await page.locator("main").inner_html()
        await context.close()
        return code

    return allow


async def signed_in(server, consent, person):
    """Mastodon.py, signed in through the consent page."""
    client_id, client_secret = Mastodon.create_app("Flow", api_base_url=server.url, scopes=SCOPES)
    api = Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=server.url)
    url = api.auth_request_url(redirect_uris=OUT_OF_BAND, scopes=SCOPES, allow_http=True)
    api.log_in(code=await consent(url, person), redirect_uri=OUT_OF_BAND, scopes=SCOPES, allow_http=True)
    return api


class Heard(StreamListener):
    """Puts what a stream says into a queue."""

    def __init__(self):
        self.news = queue.Queue()

    def on_update(self, status):
        self.news.put(("update", status.content))

    def on_delete(self, status_id):
        self.news.put(("delete", status_id))

    def on_conversation(self, conversation):
        self.news.put(("conversation", conversation.last_status.content))

    def on_notification(self, notification):
        self.news.put(("notification", notification.id))


def hang_up(stream):
    """End a stream, without waiting: Mastodon.py's own way ends with the next sign of life, 10 seconds later."""
    threading.Thread(target=stream.close, daemon=True).start()


async def test_mastodon_py_signs_in_follows_posts_reads_and_streams(server, consent):
    ana, ben = server.person("ana"), server.person("ben")
    as_ana, as_ben = await signed_in(server, consent, ana), await signed_in(server, consent, ben)
    assert as_ana.account_verify_credentials().acct == "ana"

    followed = as_ben.account_follow(as_ben.account_lookup("ana").id)
    assert followed.following

    heard = Heard()
    stream = as_ben.stream_user(heard, run_async=True)
    wait_until(stream.is_receiving)
    posted = as_ana.status_post("Premières collisions #LHC", language="fr")
    assert heard.news.get(timeout=60) == ("update", posted.content)

    assert [status.id for status in as_ben.timeline_home()] == [posted.id]
    assert [status.id for status in as_ben.timeline_hashtag("lhc")] == [posted.id]
    assert [status.id for status in as_ben.timeline_local()] == [posted.id]
    assert [status.id for status in as_ben.account_statuses(posted.account.id)] == [posted.id]

    as_ana.status_delete(posted.id)
    assert heard.news.get(timeout=60) == ("delete", posted.id)
    assert as_ben.timeline_home() == []
    hang_up(stream)

    as_ben.account_unfollow(posted.account.id)
    assert as_ben.account_relationships(posted.account.id)[0].following is False


async def test_mastodon_py_pages_through_home_without_gap_or_repeat(server, consent):
    cleo, dan = server.person("cleo"), server.person("dan")
    as_cleo, as_dan = await signed_in(server, consent, cleo), await signed_in(server, consent, dan)
    as_dan.account_follow(as_dan.account_lookup("cleo").id)
    sent = [as_cleo.status_post(f"Message {number}").id for number in range(50)]

    pages = [as_dan.timeline_home(limit=7)]
    while following := as_dan.fetch_next(pages[-1]):
        pages.append(following)

    assert [status.id for page in pages for status in page] == sent[::-1]
    newer = as_dan.fetch_previous(pages[-1])
    assert [status.id for status in newer] == [status.id for status in pages[-2]]


async def test_mastodon_py_talks_in_private_and_filters(server, consent):
    hal, ida = server.person("hal"), server.person("ida")
    as_hal, as_ida = await signed_in(server, consent, hal), await signed_in(server, consent, ida)
    heard = Heard()
    stream = as_ida.stream_direct(heard, run_async=True)
    wait_until(stream.is_receiving)

    sent = as_hal.status_post("@ida Un secret", visibility="direct")

    assert heard.news.get(timeout=60) == ("conversation", sent.content)
    (talk,) = as_ida.conversations()
    assert (talk.unread, talk.accounts[0].acct, talk.last_status.id) == (True, "hal", sent.id)
    assert as_ida.conversations_read(talk).unread is False
    hang_up(stream)

    made = as_ida.create_filter_v2("Secrets", ["home"], "hide", keywords_attributes=[{"keyword": "SECRET"}])
    word = as_ida.add_filter_keyword_v2(made, "autre", True)
    named = as_ida.add_filter_status_v2(made, sent)
    (found,) = as_ida.status(sent).filtered
    assert (found.filter.id, found.keyword_matches, found.status_matches) == (made.id, ["secret"], [str(sent.id)])
    as_ida.delete_filter_keyword_v2(word)
    as_ida.delete_filter_status_v2(named)
    as_ida.update_filter_v2(made, title="Choses secrètes", expires_in=3600)
    (whole,) = as_ida.filters_v2()
    assert (whole.title, [one.keyword for one in whole.keywords], whole.statuses) == ("Choses secrètes", ["SECRET"], [])
    (old,) = as_ida.filters()
    assert (old.phrase, old.irreversible) == ("SECRET", True)
    assert as_ida.filter_update(old, phrase="mystère", context=["home"]).phrase == "mystère"
    as_ida.filter_delete(old)
    assert as_ida.filters_v2() == []


async def test_mastodon_py_hears_of_notifications_and_reads_marks_and_clears_them(server, consent):
    lou, mia = server.person("lou"), server.person("mia")
    as_lou, as_mia = await signed_in(server, consent, lou), await signed_in(server, consent, mia)
    heard = Heard()
    stream = as_lou.stream_user(heard, run_async=True)
    wait_until(stream.is_receiving)

    posted = as_mia.status_post("@lou Bonjour")
    event, id = heard.news.get(timeout=60)
    hang_up(stream)

    [one] = as_lou.notifications()
    assert (event, str(id)) == ("notification", str(one.id))
    assert (one.type, one.account.acct, one.status.id) == ("mention", "mia", posted.id)
    assert as_lou.grouped_notifications().notification_groups[0].group_key == f"ungrouped-{one.id}"
    assert as_lou.notifications_unread_count().count == 1
    as_lou.markers_set("notifications", one.id)
    assert as_lou.notifications_unread_count().count == 0
    assert str(as_lou.markers_get("notifications")["notifications"].last_read_id) == str(one.id)
    as_lou.notifications_clear()
    assert as_lou.notifications() == []

    _, public = as_lou.push_subscription_generate_keys()
    made = as_lou.push_subscription_set("https://push.example/1", public, mention_events=True)
    assert as_lou.push_subscription().endpoint == made.endpoint == "https://push.example/1"
    assert as_lou.instance_v2().configuration.vapid.public_key == made.server_key


async def test_a_revoked_token_works_no_more_and_its_stream_ends(server, consent):
    eve = server.person("eve")
    as_eve = await signed_in(server, consent, eve)
    ended = threading.Event()
    listener = Heard()
    listener.on_abort = lambda _error: ended.set()
    stream = as_eve.stream_user(listener, run_async=True)
    wait_until(stream.is_receiving)

    as_eve.revoke_access_token(allow_http=True)

    wait_until(lambda: ended.is_set() or not stream.is_alive())


async def test_toot_signs_in_posts_follows_and_reads_home(server, consent, tmp_path):
    fay, gil = server.person("fay"), server.person("gil")
    for person in (fay, gil):
        await sign_in_with_toot(server, consent, person, tmp_path / person.username)

    toot(tmp_path / "fay", "post", "Le tram 18 repart #tram")
    toot(tmp_path / "gil", "follow", "fay")

    assert "Le tram 18 repart" in toot(tmp_path / "gil", "timelines", "home")
    assert "fay" in toot(tmp_path / "gil", "following")
    assert "Le tram 18 repart" in toot(tmp_path / "gil", "timelines", "tag", "tram")
    assert "fay" in toot(tmp_path / "gil", "whois", "fay")


@pytest.mark.thorough
async def test_toot_does_what_its_commands_promise(server, consent, tmp_path):
    jon, kim = server.person("jon"), server.person("kim")
    for person in (jon, kim):
        await sign_in_with_toot(server, consent, person, tmp_path / person.username)

    def as_jon(*arguments):
        return toot(tmp_path / "jon", *arguments)

    def as_kim(*arguments):
        return toot(tmp_path / "kim", *arguments)

    picture = tmp_path / "room.png"
    Image.new("RGB", (64, 48), "navy").save(picture)
    as_kim("update-account", "--display-name", "Kim du tram", "--note", "Ligne 18", "--avatar", str(picture))
    assert "Kim du tram" in as_jon("whois", "kim")

    post = json.loads(as_kim("post", "--media", str(picture), "--description", "Un quai", "--json", "Tram arrêté #t18"))
    assert "/media/" in as_jon("status", post["id"])
    asked = json.loads(as_kim("post", "--poll-option", "Oui", "--poll-option", "Non", "--json", "Taxi ?"))
    assert "1 vote" in as_jon("polls", "vote", asked["poll"]["id"], "1") + as_jon("polls", "show", asked["poll"]["id"])
    scheduled = json.loads(as_kim("post", "--scheduled-in", "1 hour", "--json", "Plus tard"))
    assert scheduled["params"]["text"] == "Plus tard"

    for verb in ("favourite", "bookmark", "reblog"):
        as_jon(verb, post["id"])
    assert "Tram arrêté" in as_jon("bookmarks", "--once")
    assert "Tram arrêté" in as_jon("timelines", "favourites", "--no-pager")
    assert "jon" in as_kim("reblogged-by", post["id"])
    reply = json.loads(as_jon("post", "--reply-to", post["id"], "--json", "@kim Merci"))
    assert "Merci" in as_kim("thread", post["id"])
    wait_until(lambda: "Merci" in as_kim("notifications", "--type", "mention"))
    assert "jon" in as_kim("notifications", "--type", "favourite")

    as_jon("follow", "kim")
    as_jon("lists", "create", "Trams")
    as_jon("lists", "add", "Trams", "kim")
    assert "Tram arrêté" in as_jon("timelines", "list", "--no-pager", "Trams")
    as_jon("tags", "follow", "t18")
    assert "t18" in as_jon("tags", "followed")
    as_kim("tags", "feature", "t18")
    assert "t18" in as_kim("tags", "featured")
    assert "kim" in as_jon("search", "kim")

    as_kim("mute", "jon")
    assert "jon" in as_kim("muted")
    as_kim("unmute", "jon")
    as_kim("block", "jon")
    assert "jon" in as_kim("blocked")
    as_kim("unblock", "jon")
    as_jon("delete", reply["id"])
    assert "Merci" not in as_kim("thread", post["id"])


async def sign_in_with_toot(server, consent, person, home):
    """toot's own way: it prints an address, a person allows, and the code is typed in."""
    process = subprocess.Popen(  # noqa: ASYNC220  (it waits for us, not we for it)
        [sys.executable, "-m", "toot", "login", "--instance", server.url],
        env=environment(XDG_CONFIG_HOME=str(home)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    printed = ""
    while not (found := re.search(r"^http\S+", printed, re.MULTILINE)):
        line = process.stdout.readline()
        assert line, printed
        printed += line
    code = await consent(found[0], person)
    rest, _ = process.communicate(f"n\n{code}\n", timeout=60)
    assert "Successfully logged in" in rest, printed + rest


def toot(home, *arguments):
    """Run toot as whoever signed in with this folder; what it printed."""
    command = [sys.executable, "-m", "toot", *arguments]
    done = subprocess.run(
        command, env=environment(XDG_CONFIG_HOME=str(home)), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wait_until(holds):
    """Until something holds that another thread brings about."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
