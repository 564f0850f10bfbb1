// A feed that goes on by itself. New posts wait behind a button, so that nothing jumps while one reads; edits replace
// what they change, and what is deleted goes. The browser comes back by itself after a break, and is told what it missed.
const feed = document.querySelector("[data-live]")
const news = feed.querySelector(".news")
const button = news.querySelector("button")
const waiting = []

function card(html) {
  const template = document.createElement("template")
  template.innerHTML = html.trim()
  return template.content.firstElementChild
}

function count() {
  news.hidden = waiting.length === 0
  button.textContent = waiting.length === 1 ? button.dataset.one : button.dataset.many.replace("#", waiting.length)
}

const source = new EventSource(feed.dataset.live)

source.addEventListener("published", (event) => {
  const { id, html } = JSON.parse(event.data)
  if (document.getElementById(`p${id}`) || waiting.some((one) => one.id === id)) return
  waiting.push({ id, html })
  count()
})

source.addEventListener("edited", (event) => {
  const { id, html } = JSON.parse(event.data)
  document.getElementById(`p${id}`)?.replaceWith(card(html))
  for (const one of waiting) if (one.id === id) one.html = html
})

source.addEventListener("voted", (event) => {
  const { id, voters, percents } = JSON.parse(event.data)
  for (const poll of feed.querySelectorAll(`[data-poll="${id}"]`)) {
    poll.nextElementSibling.querySelector(".voters").textContent = voters
    percents.split(" ").forEach((percent, at) => {
      const line = poll.querySelector(`li:nth-child(${at + 1})`)
      if (!line?.querySelector("progress")) return // no figures where one may still choose
      line.querySelector(".handle").textContent = `${percent}\u00a0%`
      line.querySelector("progress").value = percent
    })
  }
})

source.addEventListener("deleted", (event) => {
  const { id } = JSON.parse(event.data)
  document.getElementById(`p${id}`)?.remove()
  const place = waiting.findIndex((one) => one.id === id)
  if (place >= 0) waiting.splice(place, 1)
  count()
})

source.addEventListener("notified", (event) => {
  document.dispatchEvent(new CustomEvent("notified", { detail: JSON.parse(event.data) })) // for unread.js
})

// Whoever asks for what is new has read it, for their other devices too.
function haveRead(id) {
  const form = document.querySelector("form[data-reading]")
  if (!form || !id) return
  form.elements.id.value = id
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" }).catch(() => null)
}

button.addEventListener("click", () => {
  feed.querySelector(".empty")?.remove()
  haveRead(waiting.at(-1)?.id)
  let first
  for (const { html } of waiting.splice(0)) news.after((first = card(html)))
  count()
  scrollTo({ top: 0 })
  first?.querySelector(".veil:not(.blurs) > summary, a.when")?.focus({ preventScroll: true })
})
