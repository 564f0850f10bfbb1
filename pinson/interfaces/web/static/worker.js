// What the browser runs for this site beside its pages. It keeps a few static files and the page that says one is
// offline (KEPT, whose first is that page; VERSION names them together: installing.py), and shows that page where
// another cannot be had. No other page is kept: the next reader of this browser does not find it, and nobody takes
// yesterday's news for today's.
//
// A push message says what to show (ringing.py); browsers that know declarative pushes show it without asking here.

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
  for (const name of await caches.keys()) if (name !== VERSION) await caches.delete(name)
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
