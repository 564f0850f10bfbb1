// The page of a live event goes on by itself: how long it is until the beginning, how things stand, and that there are new
// messages. They wait behind a button, so that nothing jumps while one reads; it reads the page anew, numbers and all.
const situation = document.getElementById("situation")
const messages = document.querySelector("[data-event]")
const starts = Date.parse(situation.dataset.starts)
const words = ["day", "hour", "minute", "second"].map(
  (unit) => new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "long" }),
)

function countDown() {
  const place = situation.querySelector("[data-countdown]")
  if (!place) return
  const left = Math.max(0, Math.round((starts - Date.now()) / 1000))
  const parts = [Math.floor(left / 86_400), Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60]
  const first = parts.findIndex((part) => part > 0)
  if (first < 0) return refresh()
  if (left > 86_400 * 2) return // days pass slowly
  const said = parts.map((part, at) => words[at].format(part)).slice(first, first + 2).join(" ")
  place.textContent = place.dataset.said.replace("#", said) // "Begins in 1 day 7 hours"
}

let asked = 0
async function refresh() {
  if (Date.now() - asked < 2000) return
  asked = Date.now()
  const answer = await fetch(situation.dataset.from, { headers: { "X-Fragment": "1" } }).catch(() => null)
  if (answer?.ok) situation.innerHTML = await answer.text()
}

setInterval(countDown, 1000)
setInterval(refresh, 60_000) // "late by 6 min" is said by the server

if (messages) {
  const news = messages.querySelector(".news")
  const button = news.querySelector("button")
  const fresh = new Set()
  const source = new EventSource(messages.dataset.event)

  source.addEventListener("published", (event) => {
    const { id } = JSON.parse(event.data)
    if (document.getElementById(`p${id}`)) return
    fresh.add(id)
    news.hidden = false
    button.textContent = fresh.size === 1 ? button.dataset.one : button.dataset.many.replace("#", fresh.size)
    setTimeout(refresh, 300)
  })
  source.addEventListener("edited", (event) => {
    const { id, html } = JSON.parse(event.data)
    const template = document.createElement("template")
    template.innerHTML = html.trim()
    document.getElementById(`p${id}`)?.replaceWith(template.content.firstElementChild)
  })
  source.addEventListener("deleted", (event) => {
    document.getElementById(`p${JSON.parse(event.data).id}`)?.closest("li").remove()
  })
  source.addEventListener("event", () => setTimeout(refresh, 300))
  source.addEventListener("notified", (event) => {
    document.dispatchEvent(new CustomEvent("notified", { detail: JSON.parse(event.data) })) // for unread.js
  })
  button.addEventListener("click", () => {
    location.hash = "messages"
    location.reload()
  })
}
