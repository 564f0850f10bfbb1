// Whole journeys with masto, the library of Elk and Phanpy, against a live server. Run by tests/flows/test_masto.py:
//
//     node journeys.mjs NAME        with {"url", "people": {NAME: TOKEN}} on standard input
//
// A journey that returns went well; what it throws is why it did not. Each speaks of things by a word of its own,
// since all share one server.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { createRestAPIClient, createStreamingAPIClient } from "masto"

const { url, people } = JSON.parse(readFileSync(0, "utf8"))
const as = (name) => createRestAPIClient({ url, accessToken: people[name] })
const stranger = createRestAPIClient({ url })
const ids = (list) => list.map((one) => one.id)
const texts = (list) => list.map((one) => one.content.replace(/<[^>]*>/g, ""))

/** What `ask` answers once it is truthy: reactions run a moment after what caused them. */
async function eventually(ask, what) {
  const until = Date.now() + 10_000
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    assert.ok(Date.now() < until, `never came: ${what ?? ask}`)
    await pause(50)
  }
}

/** Every page of a list, from the newest on. */
async function all(paginator) {
  const found = []
  for await (const page of paginator) found.push(...page)
  return found
}

async function refused(promise, status) {
  const error = await promise.then(() => null, (error) => error)
  assert.equal(error?.statusCode, status, `expected ${status}, got ${error ?? "an answer"}`)
  return error
}

/** The smallest picture that is one: a PNG of one blue pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg==",
  "base64",
)
const picture = () => new Blob([PIXEL], { type: "image/png" })

async function follow(who, whom) {
  const target = await as(who).v1.accounts.lookup({ acct: whom })
  const relation = await as(who).v1.accounts.$select(target.id).follow()
  assert.equal(relation.following, true)
  return target
}

const journeys = {
  async "reads what the server says of itself"() {
    const instance = await stranger.v2.instance.fetch()
    assert.equal(instance.domain, new URL(url).host)
    assert.match(instance.version, /^\d+\.\d+\.\d+ \(compatible; Pinson /)
    assert.ok(instance.configuration.polls.maxOptions >= 4)
    assert.ok(instance.configuration.vapid.publicKey.length > 80)
    assert.equal((await stranger.v1.instance.fetch()).uri, instance.domain)
    assert.deepEqual(await stranger.v1.instance.rules.list(), instance.rules)
    assert.equal(typeof (await stranger.v1.instance.extendedDescription.fetch()).content, "string")
    assert.ok((await stranger.v1.instance.privacyPolicy.fetch()).content)
    assert.equal((await stranger.v1.instance.activity.list()).length, 12)
    assert.deepEqual(await all(stranger.v1.customEmojis.list()), [])
    await refused(stranger.v1.timelines.home.list(), 401)
  },

  async "changes a profile, picture included"() {
    const ana = as("ana")
    const me = await ana.v1.accounts.updateCredentials({
      displayName: "Ana Lopez",
      note: "Physicist. #cryogenics",
      discoverable: true,
      indexable: true,
      avatar: picture(),
      fieldsAttributes: [{ name: "Site", value: "https://ana.example" }],
      source: { language: "fr", privacy: "public" },
    })
    assert.equal(me.displayName, "Ana Lopez")
    assert.equal(me.source.fields[0].value, "https://ana.example")
    assert.notEqual(me.avatar, (await as("ben").v1.accounts.verifyCredentials()).avatar)
    assert.equal((await fetch(me.avatar)).headers.get("x-content-type-options"), "nosniff")
    assert.equal((await ana.v1.profile.fetch()).displayName, "Ana Lopez")
    await ana.v1.profile.avatar.remove()
    assert.equal((await ana.v1.profile.fetch()).avatar, null)
    assert.equal((await ana.v1.preferences.fetch())["posting:default:language"], "fr")
    const tag = await ana.v1.featuredTags.create({ name: "cryogenics" })
    assert.deepEqual((await all(ana.v1.featuredTags.list())).map((one) => one.name), ["cryogenics"])
    await ana.v1.featuredTags.$select(tag.id).remove()
    assert.deepEqual(await all(ana.v1.featuredTags.list()), [])
  },

  async "publishes, edits, answers, passes on and deletes"() {
    const [ana, ben] = [as("ana"), as("ben")]
    const post = await ana.v1.statuses.create({ status: "Feu vert #magnets", language: "fr", visibility: "public" })
    assert.equal(post.url, `${url}/@ana/${post.id}`)
    const answer = await ben.v1.statuses.create({ status: "@ana Bravo !", inReplyToId: post.id })
    const context = await stranger.v1.statuses.$select(post.id).context.fetch()
    assert.deepEqual(ids(context.descendants), [answer.id])

    const one = ben.v1.statuses.$select(post.id)
    assert.equal((await one.favourite()).favourited, true)
    assert.equal((await one.bookmark()).bookmarked, true)
    assert.equal((await one.mute()).muted, true)
    const boost = await one.reblog()
    assert.equal(boost.reblog.id, post.id)
    assert.deepEqual((await all(stranger.v1.statuses.$select(post.id).favouritedBy.list())).map((a) => a.acct), ["ben"])
    assert.deepEqual((await all(stranger.v1.statuses.$select(post.id).rebloggedBy.list())).map((a) => a.acct), ["ben"])
    assert.ok(ids(await ben.v1.bookmarks.list()).includes(post.id))
    assert.ok(ids(await ben.v1.favourites.list()).includes(post.id))

    const edited = await ana.v1.statuses.$select(post.id).update({ status: "Feu vert, on relance #magnets" })
    assert.ok(edited.editedAt)
    assert.equal((await ana.v1.statuses.$select(post.id).history.list()).length, 2)
    assert.equal((await ana.v1.statuses.$select(post.id).source.fetch()).text, "Feu vert, on relance #magnets")
    assert.equal((await ana.v1.statuses.$select(post.id).pin()).pinned, true)
    const mine = await ana.v1.accounts.$select(post.account.id).statuses.list({ pinned: true })
    assert.deepEqual(ids(mine), [post.id])

    await one.unreblog()
    await one.unfavourite()
    await one.unbookmark()
    assert.equal((await ana.v1.statuses.$select(post.id).remove()).text, "Feu vert, on relance #magnets")
    await refused(stranger.v1.statuses.$select(post.id).fetch(), 404)
    await eventually(async () => (await ben.v1.statuses.$select(answer.id).fetch()).inReplyToId === null, "an orphan")
  },

  async "shows a picture with its description"() {
    const ana = as("ana")
    const media = await ana.v2.media.create({ file: picture(), description: "A pixel", focus: "0.5,-0.5" })
    assert.equal(media.description, "A pixel")
    await ana.v1.media.$select(media.id).update({ description: "One blue pixel" })
    const post = await ana.v1.statuses.create({ status: "La salle", mediaIds: [media.id] })
    assert.equal(post.mediaAttachments[0].description, "One blue pixel")
    assert.equal((await fetch(post.mediaAttachments[0].url)).status, 200)
    const shown = await stranger.v1.timelines.public.list({ onlyMedia: true })
    assert.ok(ids(shown).includes(post.id))
    await refused(ana.v1.statuses.create({ status: "Again", mediaIds: [media.id] }), 422)
  },

  async "asks and votes"() {
    const [ana, ben] = [as("ana"), as("ben")]
    const poll = { options: ["Oui", "Non"], expiresIn: 600, multiple: false, hideTotals: true }
    const asked = await ana.v1.statuses.create({ status: "On relance ?", poll })
    assert.deepEqual(asked.poll.options.map((option) => option.votesCount), [null, null])
    const voted = await ben.v1.polls.$select(asked.poll.id).votes.create({ choices: [1] })
    assert.deepEqual(voted.ownVotes, [1])
    await refused(ben.v1.polls.$select(asked.poll.id).votes.create({ choices: [0] }), 422)
    await refused(ana.v1.polls.$select(asked.poll.id).votes.create({ choices: [0] }), 422)
    assert.equal((await ana.v1.polls.$select(asked.poll.id).fetch()).votesCount, 1)
  },

  async "quotes, and sees it taken back"() {
    const [ana, ben] = [as("ana"), as("ben")]
    const quoted = await ana.v1.statuses.create({ status: "Palier tenu", quoteApprovalPolicy: "public" })
    const quoting = await ben.v1.statuses.create({ status: "À lire", quotedStatusId: quoted.id })
    assert.equal(quoting.quote.state, "accepted")
    assert.equal(quoting.quote.quotedStatus.id, quoted.id)
    assert.deepEqual(ids(await ana.v1.statuses.$select(quoted.id).quotes.list()), [quoting.id])
    const closed = await ana.v1.statuses.create({ status: "Entre nous", quoteApprovalPolicy: "nobody" })
    await refused(ben.v1.statuses.create({ status: "Tiens", quotedStatusId: closed.id }), 404)
  },

  async "schedules, moves and withdraws"() {
    const ana = as("ana")
    const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString()
    const scheduled = await ana.v1.statuses.create({ status: "Demain", scheduledAt: at(60) })
    assert.equal(scheduled.params.text, "Demain")
    const moved = await ana.v1.scheduledStatuses.$select(scheduled.id).update({ scheduledAt: at(120) })
    assert.ok(moved.scheduledAt > scheduled.scheduledAt)
    assert.deepEqual(ids(await ana.v1.scheduledStatuses.list()), [scheduled.id])
    await ana.v1.scheduledStatuses.$select(scheduled.id).remove()
    assert.deepEqual(await all(ana.v1.scheduledStatuses.list()), [])
    await refused(ana.v1.statuses.create({ status: "Trop tôt", scheduledAt: at(1) }), 422)
  },

  async "pages home without gap or repeat"() {
    const [cleo, dan] = [as("cleo"), as("dan")]
    await follow("dan", "cleo")
    const sent = []
    for (let number = 0; number < 25; number++) {
      sent.unshift((await cleo.v1.statuses.create({ status: `Page ${number}` })).id)
    }
    const read = await all(dan.v1.timelines.home.list({ limit: 7 }))
    assert.deepEqual(ids(read).filter((id) => sent.includes(id)), sent)
  },

  async "keeps lists of people, follows tags and reads them"() {
    const [ben, ana] = [as("ben"), as("ana")]
    const target = await follow("ben", "ana")
    const list = await ben.v1.lists.create({ title: "Lab" })
    await ben.v1.lists.$select(list.id).accounts.create({ accountIds: [target.id] })
    const post = await ana.v1.statuses.create({ status: "For the list #collisions" })
    assert.deepEqual(ids(await ben.v1.timelines.list.$select(list.id).list({ limit: 1 })), [post.id])
    assert.ok(ids(await stranger.v1.timelines.tag.$select("Collisions").list()).includes(post.id))
    assert.equal((await ben.v1.tags.$select("collisions").follow()).following, true)
    assert.ok((await all(ben.v1.followedTags.list())).some((tag) => tag.name === "collisions"))
    await ben.v1.lists.$select(list.id).accounts.remove({ accountIds: [target.id] })
    assert.deepEqual(await all(ben.v1.timelines.list.$select(list.id).list()), [])
    await ben.v1.lists.$select(list.id).remove()
    await refused(ben.v1.lists.$select(list.id).fetch(), 404)
  },

  async "is notified, one by one and in groups"() {
    const [eve, ana, ben] = [as("eve"), as("ana"), as("ben")]
    const post = await eve.v1.statuses.create({ status: "Deux faisceaux tournent ensemble" })
    await ana.v1.statuses.$select(post.id).favourite()
    await ben.v1.statuses.$select(post.id).favourite()
    const mention = await ana.v1.statuses.create({ status: "@eve On touche du bois" })
    await eventually(async () => (await eve.v1.notifications.list()).length === 3, "three notifications")
    const [latest] = await eve.v1.notifications.list({ types: ["mention"] })
    assert.equal(latest.status.id, mention.id)
    const grouped = await eve.v2.notifications.list()
    const favourites = grouped.notificationGroups.find((group) => group.type === "favourite")
    assert.equal(favourites.notificationsCount, 2)
    assert.equal(favourites.sampleAccountIds.length, 2)
    assert.equal((await eve.v1.notifications.unreadCount.fetch()).count, 3)
    await eve.v1.markers.create({ notifications: { lastReadId: latest.id } })
    assert.equal((await eve.v1.notifications.unreadCount.fetch()).count, 0)
    assert.equal((await eve.v1.markers.fetch({ timeline: ["notifications"] })).notifications.lastReadId, latest.id)
    await eve.v1.notifications.$select(latest.id).dismiss()
    assert.equal((await eve.v1.notifications.list()).length, 2)
    await eve.v1.notifications.clear()
    assert.deepEqual(await all(eve.v1.notifications.list()), [])
    const policy = await eve.v2.notifications.policy.update({ forNotFollowing: "filter" })
    assert.equal(policy.forNotFollowing, "filter")
    await ben.v1.statuses.create({ status: "@eve Bonjour" })
    const [request] = await eventually(async () => {
      const requests = await eve.v1.notifications.requests.list()
      return requests.length && requests
    }, "a request")
    assert.equal(request.account.acct, "ben")
    await eve.v1.notifications.requests.$select(request.id).accept()
    await eventually(async () => (await eve.v1.notifications.list()).length === 1, "the mention that was accepted")
    await eve.v2.notifications.policy.update({ forNotFollowing: "accept" })
  },

  async "is told live over one socket"() {
    const [fay, ana] = [as("fay"), as("ana")]
    await follow("fay", "ana")
    const streaming = createStreamingAPIClient({
      streamingApiUrl: `${url.replace("http", "ws")}/api/v1/streaming`,
      accessToken: people.fay,
    })
    const user = streaming.user.subscribe()
    const heard = []
    const listening = (async () => {
      for await (const event of user) heard.push(event)
    })()
    const direct = streaming.direct.subscribe()
    const conversations = []
    const listeningToo = (async () => {
      for await (const event of direct) conversations.push(event)
    })()
    await streaming.prepare?.()
    await pause(500) // there is no acknowledgement of a subscription
    const post = await ana.v1.statuses.create({ status: "Arrêt imprévu" })
    await ana.v1.statuses.$select(post.id).update({ status: "Arrêt imprévu : on cherche" })
    await ana.v1.statuses.create({ status: "@fay En privé", visibility: "direct" })
    await ana.v1.statuses.$select(post.id).remove()
    const said = (event) => heard.find((one) => one.event === event)
    await eventually(() => said("update") && said("status.update") && said("notification") && said("delete"))
    assert.equal(said("update").payload.id, post.id)
    assert.equal(said("delete").payload, post.id)
    assert.equal(said("notification").payload.type, "mention")
    await eventually(() => conversations.some((one) => one.event === "conversation"), "a conversation")
    user.unsubscribe()
    direct.unsubscribe()
    streaming.close()
    await Promise.race([Promise.all([listening, listeningToo]), pause(1000)])
  },

  async "hides by filters, mutes, blocks and requests"() {
    const [gil, ana, ben] = [as("gil"), as("ana"), as("ben")]
    const filter = await gil.v2.filters.create({
      title: "Panne",
      context: ["home", "public"],
      filterAction: "hide",
      keywordsAttributes: [{ keyword: "panne", wholeWord: true }],
    })
    const post = await ana.v1.statuses.create({ status: "Une Panne de courant" })
    const seen = await gil.v1.statuses.$select(post.id).fetch()
    assert.deepEqual(seen.filtered[0].keywordMatches, ["Panne"])
    assert.equal(seen.filtered[0].filter.filterAction, "hide")
    await gil.v2.filters.$select(filter.id).update({
      keywordsAttributes: [{ id: filter.keywords[0].id, _destroy: true }, { keyword: "autre" }],
    })
    assert.deepEqual((await gil.v1.statuses.$select(post.id).fetch()).filtered, [])
    await gil.v2.filters.$select(filter.id).remove()

    const target = await gil.v1.accounts.lookup({ acct: "ben" })
    assert.equal((await gil.v1.accounts.$select(target.id).mute({ duration: 3600 })).muting, true)
    assert.deepEqual((await gil.v1.mutes.list()).map((one) => one.acct), ["ben"])
    await gil.v1.accounts.$select(target.id).unmute()
    assert.equal((await gil.v1.accounts.$select(target.id).block()).blocking, true)
    const me = await gil.v1.accounts.verifyCredentials()
    await refused(ben.v1.accounts.$select(me.id).follow(), 403)
    await gil.v1.accounts.$select(target.id).unblock()

    await gil.v1.accounts.updateCredentials({ locked: true })
    assert.equal((await ben.v1.accounts.$select(me.id).follow()).requested, true)
    assert.deepEqual((await gil.v1.followRequests.list()).map((one) => one.acct), ["ben"])
    assert.equal((await gil.v1.followRequests.$select(target.id).authorize()).followedBy, true)
    await gil.v1.domainBlocks.create({ domain: "spam.example" })
    assert.deepEqual(await all(gil.v1.domainBlocks.list()), ["spam.example"])
    await gil.v1.domainBlocks.remove({ domain: "spam.example" })
  },

  async "writes to one person"() {
    const [ana, dan] = [as("ana"), as("dan")]
    await ana.v1.statuses.create({ status: "@dan Un mot en privé", visibility: "direct" })
    const found = await eventually(async () => {
      const conversations = await dan.v1.conversations.list()
      return conversations.length && conversations
    }, "a conversation")
    assert.equal(found[0].unread, true)
    assert.deepEqual(found[0].accounts.map((one) => one.acct), ["ana"])
    assert.equal((await dan.v1.conversations.$select(found[0].id).read()).unread, false)
    await dan.v1.conversations.$select(found[0].id).remove()
    assert.deepEqual(await all(dan.v1.conversations.list()), [])
  },

  async "finds people, tags and posts, and what rises"() {
    const [ana, ben] = [as("ana"), as("ben")]
    await ana.v1.accounts.updateCredentials({ indexable: true, discoverable: true })
    const post = await ana.v1.statuses.create({ status: "La supraconductivité des aimants #supra", language: "fr" })
    const found = await eventually(async () => {
      const result = await ben.v2.search.list({ q: "supraconductivite" })
      return result.statuses.length && result
    }, "the post")
    assert.deepEqual(ids(found.statuses), [post.id])
    assert.deepEqual((await ben.v2.search.list({ q: "ana", type: "accounts" })).accounts[0].acct, "ana")
    assert.ok((await ben.v2.search.list({ q: "#sup", type: "hashtags" })).hashtags.some((tag) => tag.name === "supra"))
    const resolved = await ben.v2.search.list({ q: post.url, resolve: true })
    assert.deepEqual(ids(resolved.statuses), [post.id])
    assert.ok(Array.isArray(await stranger.v1.trends.tags.list()))
    assert.ok(Array.isArray(await stranger.v1.trends.statuses.list()))
    assert.ok(Array.isArray(await stranger.v1.trends.links.list()))
    assert.ok((await stranger.v1.directory.list()).some((one) => one.acct === "ana"))
    assert.ok(Array.isArray(await ben.v2.suggestions.list()))
  },

  async "subscribes to push"() {
    const ana = as("ana")
    await refused(ana.v1.push.subscription.fetch(), 404)
    const { publicKey } = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"])
    const point = Buffer.from(await crypto.subtle.exportKey("raw", publicKey)).toString("base64url")
    const made = await ana.v1.push.subscription.create({
      subscription: {
        endpoint: "https://push.example/send/1",
        keys: { p256dh: point, auth: Buffer.alloc(16, 7).toString("base64url") },
      },
      data: { alerts: { mention: true, follow: false } },
      policy: "all",
    })
    assert.equal(made.alerts.mention, true)
    assert.equal(made.serverKey, (await stranger.v2.instance.fetch()).configuration.vapid.publicKey)
    await ana.v1.push.subscription.update({ data: { alerts: { favourite: true } } })
    assert.equal((await ana.v1.push.subscription.fetch()).alerts.favourite, true)
    await ana.v1.push.subscription.remove()
  },

  async "reports, and a moderator answers"() {
    const [ana, mod] = [as("ana"), as("mod")]
    const target = await ana.v1.accounts.lookup({ acct: "hal" })
    const post = await as("hal").v1.statuses.create({ status: "Gagnez vite" })
    const report = await ana.v1.reports.create({
      accountId: target.id,
      statusIds: [post.id],
      comment: "Publicité",
      category: "spam",
    })
    assert.equal(report.targetAccount.acct, "hal")
    const [open] = await mod.v1.admin.reports.list()
    assert.equal(open.id, report.id)
    assert.deepEqual(ids(open.statuses), [post.id])
    await mod.v1.admin.reports.$select(report.id).assignToSelf()
    await mod.v1.admin.accounts.$select(target.id).action.create({ type: "silence", reportId: report.id, text: "Spam" })
    assert.equal((await mod.v1.admin.accounts.$select(target.id).fetch()).silenced, true)
    await eventually(async () => !ids(await ana.v1.timelines.public.list()).includes(post.id), "it is off the public page")
    await mod.v1.admin.accounts.$select(target.id).unsilence()
    assert.equal((await mod.v1.admin.reports.$select(report.id).fetch()).actionTaken, true)
    await refused(ana.v1.admin.reports.list(), 403)
    const blocked = await mod.v1.admin.domainBlocks.create({ domain: "spam.example", severity: "suspend" })
    await mod.v1.admin.domainBlocks.$select(blocked.id).remove()
    const mail = await mod.v1.admin.emailDomainBlocks.create({ domain: "throwaway.example" })
    await mod.v1.admin.emailDomainBlocks.$select(mail.id).remove()
    const ip = await mod.v1.admin.ipBlocks.create({ ip: "203.0.113.0/24", severity: "sign_up_block" })
    await mod.v1.admin.ipBlocks.$select(ip.id).remove()
    const [measure] = await mod.v1.admin.measures.create({
      keys: ["new_users"],
      startAt: new Date(Date.now() - 86_400_000).toISOString(),
      endAt: new Date().toISOString(),
    })
    assert.equal(measure.key, "new_users")
    assert.ok(Number(measure.total) >= 1)
  },
}

await journeys[process.argv[2]]()
process.exit(0)
