// What the browser runs for this site beside its pages. It keeps a few static files and the page that says one is
// offline (KEPT, whose first is that page; VERSION names them together: installing.py), and shows that page where
// another cannot be had. No other page is kept: the next reader of this browser does not find it, and nobody takes
// yesterday's news for today's.
//
// It also keeps the push subscription by which the server rings this browser, so as to prove that it is the one when it
// has another (`renew`; SUBSCRIPTION is where, KEY that of the server).
//
// A push message says what to show (ringing.py); browsers that know declarative pushes show it without asking here.

const SUBSCRIPTION = "subscription"

addEventListener("install", (event) => {
  event.waitUntil(keep())
  skipWaiting()
})

addEventListener("activate", (event) => event.waitUntil(Promise.all([forget(), clients.claim()])))

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request
  if (method !== "GET") return
  if (mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(KEPT[0])))
  else if (KEPT.indexOf(url.slice(location.origin.length)) > 0) event.respondWith(kept(event.request))
})

async function keep() {
  const cache = await caches.open(VERSION)
  await cache.addAll(KEPT.map((path) => new Request(path, { credentials: "omit", cache: "no-cache" })))
}

async function forget() {
  for (const name of await caches.keys()) if (![VERSION, SUBSCRIPTION].includes(name)) await caches.delete(name)
}

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request)
}

addEventListener("push", (event) => {
  const { title, navigate, data, ...shown } = event.data.json().notification
  event.waitUntil(registration.showNotification(title, { ...shown, data: { navigate, ...data } }))
})

addEventListener("notificationclick", (event) => {
  const { notification, action } = event
  notification.close()
  event.waitUntil(action === "stop" ? stop(notification) : open(notification.data.navigate))
})

async function stop({ title, tag, icon, lang, data }) {
  const body = new URLSearchParams({ "List-Unsubscribe": "One-Click" })
  const answer = await fetch(data.post, { method: "POST", body }).catch(() => null)
  if (!answer?.ok) return open(data.manage)
  return registration.showNotification(title, { body: data.said, tag, icon, lang, data: { navigate: data.manage } })
}

async function open(address) {
  for (const page of await clients.matchAll({ type: "window" })) if (page.url === address) return page.focus()
  return clients.openWindow(address)
}

addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(known().then((told) => renew(told ?? event.oldSubscription?.toJSON(), event.newSubscription)))
})

addEventListener("message", (event) => event.waitUntil(mend(event.data.rung)))

async function mend(rung) {
  const told = await known()
  const now = await registration.pushManager.getSubscription()
  const isRung = now !== null && rung.includes(await digest(now.endpoint))
  if (!isRung) return renew(told, now)
  if (told?.endpoint !== now.endpoint) return remember(now.toJSON())
}

async function renew(told, now) {
  if (!told) return
  const wanted = { userVisibleOnly: true, applicationServerKey: KEY }
  const { endpoint, keys } = (now ?? (await registration.pushManager.subscribe(wanted))).toJSON()
  const body = new URLSearchParams({ was: told.endpoint, proof: told.keys.auth, endpoint, ...keys })
  const answer = await fetch("/s/renew/browser", { method: "POST", body })
  if (answer.ok) await remember({ endpoint, keys })
  if (answer.status === 404) await caches.delete(SUBSCRIPTION) // nothing was wanted here any more
}

async function known() {
  return (await caches.match("/", { cacheName: SUBSCRIPTION }))?.json()
}

async function remember(subscription) {
  const cache = await caches.open(SUBSCRIPTION)
  await cache.put("/", Response.json(subscription))
}

async function digest(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))
  return Array.from(bytes.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("")
}
