// The number beside the bell, as the page's own stream tells it; pages without one open one while they are looked at.
const badges = document.querySelectorAll("[data-unread]")
const more = document.querySelector("[data-notified]")
let source

function tell({ unread }) {
  for (const badge of badges) {
    badge.hidden = unread === "0"
    badge.textContent = Number(unread) > 99 ? "99+" : unread
  }
  if (more) more.hidden = unread === "0"
}

function listen() {
  source?.close()
  if (document.hidden) return
  source = new EventSource("/live?on=notifications")
  source.addEventListener("notified", (event) => tell(JSON.parse(event.data)))
}

document.addEventListener("notified", (event) => tell(event.detail))
if (!document.querySelector("[data-live]")) {
  document.addEventListener("visibilitychange", listen)
  listen()
}
