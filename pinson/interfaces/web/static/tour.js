// A minute of a day, for whoever comes for the first time (?visite=1, tour=1): its chapters one after the other, a
// telephone that gets each message, and at the end where one begins. Whoever goes elsewhere by hand is let go.
const asked = new URLSearchParams(location.search)
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
const COUNTED = 120 // seconds of the event in which a counter fills

const { lang } = document.documentElement
const tour = document.querySelector(".tour")
const phone = tour?.querySelector(".phone")
const end = tour?.querySelector(".begin")
const chapters = [...(tour?.querySelectorAll("[data-from]") ?? [])].map((part) => ({
  part,
  from: Number(part.dataset.from),
  to: Number(part.dataset.to),
  noticed: Number(part.dataset.noticed),
}))
let guided = false
let chapter = 0

function go(at, playing) {
  document.dispatchEvent(new CustomEvent("go", { detail: { at, playing } })) // for replay.js
}

function begin() {
  guided = true
  document.body.classList.add("toured")
  tour.hidden = false
  chapter = 0
  go(chapters[0].from, true)
}

// What there is to notice, from the message on in which it is.
function notice(at) {
  for (const [place, { part, noticed }] of chapters.entries()) part.hidden = place !== chapter || at < noticed
  const shown = chapters[chapter]
  for (const count of shown.part.querySelectorAll("[data-count]")) {
    const share = calm ? 1 : Math.min(1, Math.max(0, (at - shown.noticed) / COUNTED))
    count.textContent = new Intl.NumberFormat(lang).format(Math.round(count.dataset.count * share))
  }
}

// The telephone shows the last of what the clock has reached.
function ring(messages, fresh) {
  const texts = messages.slice(0, 3).reverse().map((message) => {
    const item = document.createElement("li")
    const text = document.createElement("p")
    text.textContent = message.dataset.sms
    const time = message.querySelector("time").cloneNode(true)
    item.append(text, time)
    return item
  })
  phone.querySelector("ol").replaceChildren(...texts)
  if (!fresh) return
  phone.classList.remove("buzzes")
  void phone.offsetWidth // so that it begins anew
  phone.classList.add("buzzes")
}

document.addEventListener("reached", ({ detail: { at, messages, changed, fresh } }) => {
  if (tour.hidden) return
  if (changed) ring(messages, fresh)
  if (!guided) return
  notice(at)
  if (at < chapters[chapter].to) return
  chapter += 1
  if (chapter < chapters.length) return go(chapters[chapter].from, true)
  chapter -= 1
  guided = false
  for (const { part } of chapters) part.hidden = true
  end.hidden = false
  end.querySelector("a").focus({ preventScroll: true })
  go(at, false)
})
document.addEventListener("sought", () => {
  guided = false
  for (const { part } of chapters) part.hidden = true
})
end?.querySelector(".again").addEventListener("click", () => {
  end.hidden = true
  go(0, true)
})
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && end) end.hidden = true
})

if (chapters.length && (asked.get("visite") ?? asked.get("tour")) === "1") begin()
