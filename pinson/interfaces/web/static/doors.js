// A form marked data-door="browser" asks this browser for its push subscription before it is sent. The key of the
// server stands on its button. Where there is nothing to ask, the form says so instead.
const form = document.querySelector('form[data-door="browser"]')
const button = form?.querySelector("[data-key]")
const say = (name) => (form.querySelector(`[data-${name}]`).hidden = false)
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0))

async function subscribe() {
  const { pushManager } = await navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready)
  const applicationServerKey = bytes(button.dataset.key)
  const wanted = { userVisibleOnly: true, applicationServerKey }
  return pushManager.subscribe(wanted).catch(async (error) => {
    const other = await pushManager.getSubscription() // made with another key, before the server got this one
    if (!other) throw error
    await other.unsubscribe()
    return pushManager.subscribe(wanted)
  })
}

if (form && navigator.serviceWorker && "PushManager" in window && "Notification" in window) {
  button.disabled = false
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    if ((await Notification.requestPermission()) !== "granted") return say("refused")
    try {
      const { endpoint, keys } = (await subscribe()).toJSON()
      const cache = await caches.open("subscription") // where the worker finds it when the browser has another one
      await cache.put("/", Response.json({ endpoint, keys }))
      Object.assign(form.elements.endpoint, { value: endpoint })
      for (const name of ["p256dh", "auth"]) form.elements[name].value = keys[name]
      form.submit()
    } catch {
      say("unable")
    }
  })
} else if (form) say("unable")
