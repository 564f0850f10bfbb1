// The desk of a live event goes on by itself: what others publish, and how things stand, are put in place without moving
// what one is at. What one types is kept in this browser until it is published.
const desk = document.querySelector(".regie")
const form = desk.querySelector("form.composer")
const text = form.querySelector("#text")
const heard = document.getElementById("heard")
const shelf = `desk ${form.dataset.event}`

// --- what one types --------------------------------------------------------------------------------------------------

function shelved() {
  try {
    return sessionStorage.getItem(shelf) ?? ""
  } catch {
    return "" // a browser that keeps nothing
  }
}

function shelve(words) {
  try {
    if (words) sessionStorage.setItem(shelf, words)
    else sessionStorage.removeItem(shelf)
  } catch {
    // it is still in the form
  }
}

const isFresh = !text.value && !form.querySelector("[name=corrects_id], [name=draft_id]")
if (document.querySelector("[data-done]")) shelve("")
else if (isFresh && shelved()) {
  text.value = shelved()
  text.dispatchEvent(new Event("input", { bubbles: true }))
}
form.addEventListener("input", () => shelve(text.value))
if (location.hash === "#write") {
  // Where an address leads to a part of the page, browsers leave autofocus alone, and the focus to nothing as they go there.
  addEventListener("load", () => setTimeout(() => {
    text.focus({ preventScroll: true })
    text.setSelectionRange(text.value.length, text.value.length)
  }))
}

// --- what happens ----------------------------------------------------------------------------------------------------

let waiting
function later() {
  clearTimeout(waiting)
  waiting = setTimeout(refresh, 300)
}

function isBusy(part) {
  return part.contains(document.activeElement) && document.activeElement !== document.body
}

async function refresh() {
  const answer = await fetch(desk.dataset.from, { headers: { "X-Fragment": "1" } }).catch(() => null)
  if (!answer?.ok) return
  const template = document.createElement("template")
  template.innerHTML = await answer.text()
  for (const fresh of template.content.querySelectorAll("[data-part]")) {
    const part = desk.querySelector(`[data-part="${fresh.dataset.part}"]`)
    if (!part || part.innerHTML === fresh.innerHTML) continue
    if (isBusy(part)) {
      part.addEventListener("focusout", later, { once: true }) // a keyboard stays where it is
      continue
    }
    if (fresh.dataset.part === "out") announce(part, fresh)
    part.replaceWith(fresh)
  }
  tick()
}

function announce(part, fresh) {
  const known = new Set([...part.querySelectorAll("li[id]")].map((one) => one.id))
  const said = [...fresh.querySelectorAll("li[id]")].filter((one) => !known.has(one.id)).map((one) => one.dataset.said)
  if (said.length) heard.textContent = said.slice(0, 3).join(". ")
}

function tick() {
  for (const clock of desk.querySelectorAll("[data-clock]")) {
    const zone = { timeZone: clock.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }
    clock.textContent = new Intl.DateTimeFormat(document.documentElement.lang, zone).format(new Date())
  }
}

tick()
setInterval(tick, 1000)
setInterval(refresh, 30_000) // "late by 6 min" is said by the server
const source = new EventSource(desk.dataset.live)
for (const kind of ["published", "edited", "deleted", "event"]) source.addEventListener(kind, later)
source.addEventListener("notified", (event) => {
  document.dispatchEvent(new CustomEvent("notified", { detail: JSON.parse(event.data) })) // for unread.js
})

// --- taking back -----------------------------------------------------------------------------------------------------

const undo = document.querySelector(".undo")
if (undo) {
  setTimeout(function leave() {
    if (isBusy(undo)) setTimeout(leave, 1000)
    else undo.hidden = true // it can be taken back in the list as well
  }, 10_000)
}
