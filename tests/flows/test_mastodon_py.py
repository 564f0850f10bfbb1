"""People who bring an app built on Mastodon.py: every group of the API, against a live server.

How it signs in, follows, pages home and listens is in test_real_clients.py; here is the rest of what it can do.
"""

import io
import time
from datetime import UTC, datetime, timedelta

import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError
from PIL import Image

from tests.flows.server import live_server

NAMES = ("ana", "ben", "cleo")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def apps(server):
    """Mastodon.py for each person, by name, and for a moderator."""
    tokens = {name: server.person(name).token for name in NAMES}
    tokens["mod"] = server.person("mod", role="admin").token
    return {name: Mastodon(access_token=token, api_base_url=server.url) for name, token in tokens.items()}


@pytest.fixture
def ana(apps):
    return apps["ana"]


@pytest.fixture
def ben(apps):
    return apps["ben"]


@pytest.fixture
def mod(apps):
    return apps["mod"]


def eventually(ask):
    """What `ask` answers once it is truthy: reactions run a moment after what caused them."""
    deadline = time.monotonic() + 60
    while not (answer := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer


def a_picture(colour="navy"):
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(picture, "PNG")
    return picture.getvalue()


def ids(entities):
    return [entity.id for entity in entities]


def test_the_server_introduces_itself(ana):
    assert ana.instance_v2().api_versions.mastodon >= 7
    assert ana.instance_v1().version == ana.instance_v2().version
    assert ana.instance_nodeinfo().software.name == "pinson"
    assert len(ana.instance_activity()) == 12
    assert {"fr", "en"} <= {language.code for language in ana.instance_languages()}
    assert ana.instance_extended_description().content
    assert [*ana.instance_rules(), *ana.custom_emojis(), *ana.instance_peers(), *ana.announcements()] == []
    assert ana.instance_translation_languages() == {}
    with pytest.raises(MastodonNotFoundError):
        ana.instance_terms_of_service()


def test_a_profile_with_pictures_and_lines(ana):
    me = ana.account_update_credentials(
        display_name="Ana Lopez",
        note="Cryogénie #aimants",
        avatar=a_picture("teal"),
        avatar_mime_type="image/png",
        header=a_picture("olive"),
        header_mime_type="image/png",
        discoverable=True,
        indexable=True,
        fields=[("Site", "https://ana.example"), ("Ville", "Genève")],
    )
    assert [field.name for field in me.fields] == ["Site", "Ville"]
    assert ana.account_lookup("ana").avatar == me.avatar
    ana.account_delete_avatar()
    assert ana.me().avatar != me.avatar
    featured = ana.featured_tag_create("aimants")
    assert [tag.name for tag in ana.account_featured_tags(me)] == ["aimants"]
    ana.featured_tag_delete(featured)
    assert ana.preferences()["posting:default:visibility"] == "public"


def test_pictures_polls_quotes_and_edits(ana, ben):
    picture = ana.media_post(a_picture(), mime_type="image/png", description="La salle", focus=(0.5, -0.5))
    ana.media_update(picture, description="La salle de contrôle")
    shown = ana.status_post("Vous y êtes", media_ids=[picture])
    assert shown.media_attachments[0].description == "La salle de contrôle"
    attributes = [ana.generate_media_edit_attributes(picture, description="La salle, vide")]
    edited = ana.status_update(shown, "Vous y êtes !", media_attributes=attributes)
    assert edited.media_attachments[0].description == "La salle, vide"
    assert len(ana.status_history(shown)) == 2
    assert ana.status_source(shown).text == "Vous y êtes !"

    asked = ana.status_post("On relance ?", poll=ana.make_poll(["Oui", "Non"], 600, multiple=True))
    voted = ben.poll_vote(asked.poll, [0, 1])
    assert (voted.voters_count, voted.votes_count, voted.own_votes) == (1, 2, [0, 1])

    quoting = ben.status_post("À lire", quoted_status_id=shown)
    assert (quoting.quote.state, quoting.quote.quoted_status.id) == ("accepted", shown.id)
    assert ids(ana.status_quotes(shown)) == [quoting.id]
    assert ana.status_quote_revoke(shown, quoting).quote.state == "revoked"
    ana.status_update_quote_approval_policy(shown, "nobody")
    with pytest.raises(MastodonNotFoundError):
        ben.status_post("Encore", quoted_status_id=shown)


def test_a_scheduled_status_waits_its_time(ana):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    scheduled = ana.status_post("Demain", scheduled_at=tomorrow)
    assert ids(ana.scheduled_statuses()) == [scheduled.id]
    moved = ana.scheduled_status_update(scheduled, tomorrow + timedelta(hours=1))
    assert moved.scheduled_at > scheduled.scheduled_at
    ana.scheduled_status_delete(scheduled)
    assert ana.scheduled_statuses() == []


def test_notifications_alone_and_in_groups(ana, ben):
    post = ana.status_post("Deux faisceaux")
    ben.status_favourite(post)
    ben.status_reblog(post)
    mention = ben.status_post("@ana Bravo")
    wanted = {"favourite", "reblog", "mention"}
    found = eventually(lambda: (seen := ana.notifications()) and wanted <= {one.type for one in seen} and seen)
    assert next(one for one in found if one.type == "mention").status.id == mention.id
    groups = ana.grouped_notifications().notification_groups
    assert ids(ana.grouped_notification_accounts(next(g.group_key for g in groups if g.type == "favourite")))
    assert ana.notifications_unread_count().count >= 3
    ana.markers_set(["notifications"], [found[0].id])
    assert ana.markers_get(["notifications"])["notifications"].last_read_id == found[0].id
    assert ana.notifications_unread_count().count == 0
    assert ana.update_notifications_policy(for_not_following="filter").for_not_following == "filter"
    ben.status_post("@ana Encore moi")
    requests = eventually(ana.notification_requests)
    ana.accept_notification_request(requests[0])
    eventually(lambda: not ana.notification_requests())
    ana.update_notifications_policy(for_not_following="accept")
    ana.notifications_clear()
    assert ana.notifications() == []


def test_filters_of_both_kinds(ana, ben):
    made = ana.create_filter_v2("Pannes", ["home", "public"], "warn", keywords_attributes=[{"keyword": "panne"}])
    post = ben.status_post("Une PANNE")
    assert ana.status(post).filtered[0].keyword_matches == ["PANNE"]
    ana.add_filter_status_v2(made, post)
    assert ids(ana.filter_statuses_v2(made))
    keyword = ana.add_filter_keyword_v2(made, "arrêt", True)
    ana.delete_filter_keyword_v2(keyword)
    assert len(ana.filters_v2()) == 1
    ana.delete_filter_v2(made)
    old = ana.filter_create("tram", ["home"])
    assert [one.phrase for one in ana.filters()] == ["tram"]
    ana.filter_delete(old)
    assert ana.filters() == []


def test_conversations(ana, ben):
    ben.status_post("@ana En privé", visibility="direct")
    [conversation] = eventually(ana.conversations)
    assert conversation.unread
    assert [account.acct for account in conversation.accounts] == ["ben"]
    assert not ana.conversations_read(conversation).unread


def test_lists_tags_and_links(ana, ben):
    ana.account_follow(ana.account_lookup("ben"))
    made = ana.list_create("Équipe", replies_policy="none", exclusive=True)
    ana.list_accounts_add(made, [ana.account_lookup("ben")])
    assert [one.acct for one in ana.list_accounts(made)] == ["ben"]
    post = ben.status_post("Au point sur https://lab.example/jour #relance")
    assert post.id in ids(ana.timeline_list(made))
    assert post.id not in ids(ana.timeline_home())
    assert ids(ana.timeline_hashtag("relance")) == [post.id]
    assert ids(ana.timeline_link("https://lab.example/jour")) == [post.id]
    assert ana.tag_follow("relance").following
    assert [tag.name for tag in ana.followed_tags()] == ["relance"]
    ana.tag_unfollow("relance")
    ana.list_delete(made)


def test_search_and_what_rises(ana, ben):
    ben.account_update_credentials(indexable=True, discoverable=True)
    post = ben.status_post("Mesures de supraconductivité à froid", language="fr")
    found = eventually(lambda: ana.search_v2("supraconductivite", result_type="statuses").statuses)
    assert ids(found) == [post.id]
    assert ana.search_v2("ben", result_type="accounts").accounts[0].acct == "ben"
    assert ids(ana.search_v2(post.url).statuses) == [post.id]
    assert [account.acct for account in ana.account_search("be")] == ["ben"]
    for trend in (ana.trending_tags, ana.trending_statuses, ana.trending_links):
        assert trend() is not None


def test_push_subscriptions(ana):
    _, public = ana.push_subscription_generate_keys()
    made = ana.push_subscription_set("https://push.example/1", public, mention_events=True)
    assert made.alerts.mention
    assert ana.push_subscription().endpoint == "https://push.example/1"
    assert ana.push_subscription_update(favourite_events=True).alerts.favourite
    ana.push_subscription_delete()
    with pytest.raises(MastodonNotFoundError):
        ana.push_subscription()


def test_a_report_and_what_follows(apps, ana, mod):
    cleo = ana.account_lookup("cleo")
    post = apps["cleo"].status_post("Gagnez vite")
    report = ana.report(cleo, status_ids=[post], comment="Publicité", category="spam")
    assert report.target_account.acct == "cleo"
    [opened] = mod.admin_reports()
    assert mod.admin_report_assign(opened).assigned_account.username == "mod"
    mod.admin_account_moderate(cleo, "silence", report_id=opened, text="Publicité")
    assert mod.admin_account(cleo).silenced
    assert mod.admin_report(opened).action_taken
    assert not mod.admin_account_unsilence(cleo).silenced
    mod.admin_account_moderate(cleo, "suspend", text="Encore")
    with pytest.raises(MastodonAPIError):
        apps["cleo"].status_post("Je reviens")
    assert not mod.admin_account_unsuspend(cleo).suspended
    assert {"ana", "ben", "cleo", "mod"} <= {one.username for one in mod.admin_accounts_v2()}


def test_what_the_operator_keeps_out(mod):
    domain = mod.admin_create_domain_block("spam.example", severity="silence", private_comment="Publicité")
    assert mod.admin_update_domain_block(domain, severity="suspend").severity == "suspend"
    mod.admin_delete_domain_block(domain)
    mod.admin_delete_domain_allow(mod.admin_create_domain_allow("ami.example"))
    mail = mod.admin_create_email_domain_block("jetable.example")
    mod.admin_delete_email_domain_block(mail)
    address = mod.admin_create_ip_block("203.0.113.0/24", "no_access", comment="Attaque")
    assert mod.admin_update_ip_block(address, severity="sign_up_block").severity == "sign_up_block"
    mod.admin_delete_ip_block(address)
    blocked = mod.admin_create_canonical_email_block("a.b+c@mail.example")
    assert ids(mod.admin_test_canonical_email_block("ab@mail.example")) == [blocked.id]
    mod.admin_delete_canonical_email_block(blocked)


def test_the_operators_figures(mod):
    end = datetime.now(UTC)
    start = end - timedelta(days=1)
    measures = mod.admin_measures(start, end, new_users=True, active_users=True)
    assert {one.key for one in measures} == {"new_users", "active_users"}
    assert {one.key for one in mod.admin_dimensions(start, end, languages=True, sources=True)} == {
        "languages",
        "sources",
    }
    assert mod.admin_retention(start, end)
    for trend in (mod.admin_trending_tags, mod.admin_trending_statuses, mod.admin_trending_links):
        assert trend() is not None


def test_a_collection_is_filled_told_of_and_left(ana, ben):
    me = ben.account_update_credentials(discoverable=True)
    made = ana.collection_create("Cryogenics", description="Who knows cold", discoverable=True).collection
    item = ana.collection_item_add(made, me).collection_item

    assert ids(ana.collection(made).accounts) == [made.account_id, me.id]
    assert ids(ana.account_collections(made.account_id).collections) == [made.id]
    assert ids(ben.account_in_collections(me).collections) == [made.id]
    [told] = eventually(lambda: ben.notifications(types=["added_to_collection"]))
    assert told.collection.id == made.id
    assert ana.collection_update(made, name="Cold").collection.name == "Cold"
    ben.collection_item_revoke(made, item)
    assert [one.state for one in ana.collection(made).collection["items"]] == ["revoked"]
    ana.collection_item_delete(made, item)
    ana.collection_delete(made)
    assert ana.account_collections(made.account_id).collections == []
