// A live event once more, by a clock of its own. What is still to come is not on the page at all, so that nobody, by eye
// or by ear, hears of it early. Nothing is fetched but pictures: a stand needs no network once they are there.
//   ?speed=60 (vitesse), from=08:40 (depuis) or seconds, loop=1 (boucle): begins by itself, and again and again
const { body } = document
const { lang } = document.documentElement
const list = document.querySelector(".messages ol")
const player = document.querySelector(".player")
const play = player.querySelector(".play")
const speeds = player.querySelector("select")
const line = player.querySelector("input")
const shown = player.querySelector("output")
const clock = document.querySelector(".clock")
const gauge = document.querySelector(".gauge")
const moment = document.getElementById("moment")
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
const begins = Date.parse(body.dataset.begins)
const length = (Date.parse(body.dataset.ends) - begins) / 1000 // seconds
const MOMENT = 4000 // ms that a key moment fills the screen; a stand has more than one to show
const REST = 15_000 // ms at the end, before a loop begins again

const asked = new URLSearchParams(location.search)
const loops = (asked.get("loop") ?? asked.get("boucle")) === "1"
const messages = [...list.querySelectorAll("li[data-at]")].map((item) => ({
  item,
  at: (Date.parse(item.dataset.at) - begins) / 1000,
  later: [...item.querySelectorAll("[data-when]")].map((part) => ({
    part,
    at: (Date.parse(part.dataset.when) - begins) / 1000,
  })),
}))

let at = 0 // seconds of the event
let speed = 60
let playing = false
let last = 0 // when the clock was looked at
let reached = -1 // how many messages are shown
let again

function hour(seconds) {
  const zone = { timeZone: body.dataset.zone, hour: "2-digit", minute: "2-digit", hour12: false }
  return new Intl.DateTimeFormat(lang, zone).format(begins + seconds * 1000)
}

// Seconds after the beginning, of "90" or of "08:40" by the event's clock.
function seconds(text) {
  if (/^\d+$/.test(text)) return Number(text)
  const wanted = /^(\d{1,2})[:h](\d\d)$/.exec(text)
  if (!wanted) return 0
  const [first, second] = hour(0).split(":").map(Number)
  return ((Number(wanted[1]) - first + 24) % 24) * 3600 + (Number(wanted[2]) - second) * 60
}

function measure(until) {
  if (!gauge) return
  const moved = messages.slice(0, until).findLast(({ item }) => "gauge" in item.dataset)?.item.dataset
  const value = moved?.gauge ?? 0
  const said = moved?.said ?? gauge.dataset.said
  gauge.setAttribute("aria-valuenow", value)
  gauge.setAttribute("aria-valuetext", said)
  gauge.querySelector("strong").textContent = said
  gauge.querySelector(".done").setAttribute("width", Math.min(1000, (1000 * value) / gauge.getAttribute("aria-valuemax")))
}

// Puts on the page what the clock has reached, and only that. `aloud`: it plays, so what is new is said.
function show(aloud) {
  const until = messages.findIndex((one) => one.at > at)
  const many = until < 0 ? messages.length : until
  for (const { later } of messages) for (const one of later) one.part.hidden = one.at > at
  const changed = many !== reached
  const fresh = changed && aloud && many > reached
  if (changed) {
    reached = many
    list.replaceChildren(...messages.slice(0, many).reverse().map(({ item }) => item))
    measure(many)
    document.dispatchEvent(new Event("shown")) // for screen.js
    if (fresh && many) {
      const { item } = messages[many - 1]
      const key = "key" in item.dataset
      document.getElementById(key ? "cried" : "said").textContent = item.innerText
      if (key && !calm) document.dispatchEvent(new CustomEvent("key", { detail: { message: item, ms: MOMENT } }))
    } else moment.hidden = true
  }
  line.value = at
  line.setAttribute("aria-valuetext", hour(at))
  clock.textContent = shown.textContent = hour(at)
  const told = { at, messages: [...list.children], changed, fresh }
  document.dispatchEvent(new CustomEvent("reached", { detail: told })) // for tour.js
}

function keep() {
  const state = new URLSearchParams(location.search)
  for (const name of ["vitesse", "depuis"]) state.delete(name)
  state.set("speed", speed)
  state.set("from", Math.floor(at))
  history.replaceState(null, "", `?${state}`)
}

function set(on) {
  playing = on
  last = performance.now()
  play.textContent = on ? play.dataset.pause : play.dataset.play
  play.setAttribute("aria-pressed", on)
  clearTimeout(again)
}

function seek(to) {
  at = Math.max(0, Math.min(length, to))
  reached = -1
  moment.hidden = true
  show(false)
  keep()
}

// Somebody went there, so nobody leads them any more.
function wander(to) {
  document.dispatchEvent(new Event("sought")) // for tour.js
  seek(to)
}

function tick() {
  if (!playing) return
  const now = performance.now()
  at = Math.min(length, at + ((now - last) / 1000) * speed)
  last = now
  show(true)
  if (at < length) return
  set(false)
  if (loops) again = setTimeout(() => { seek(0); set(true) }, REST)
}

play.addEventListener("click", () => {
  if (!playing && at >= length) seek(0)
  set(!playing)
  keep()
})
speeds.addEventListener("change", () => {
  tick()
  speed = Number(speeds.value)
  keep()
})
line.addEventListener("input", () => wander(Number(line.value)))
document.querySelector(".moments")?.addEventListener("click", ({ target }) => {
  if (target.dataset.at) wander((Date.parse(target.dataset.at) - begins) / 1000)
})
addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, button, a") || event.ctrlKey || event.metaKey || event.altKey) return
  const moves = { ArrowLeft: -60, ArrowRight: 60, PageUp: -600, PageDown: 600, Home: -length, End: length }
  if (event.key === " ") play.click()
  else if (event.key in moves) wander(at + moves[event.key])
  else return
  event.preventDefault()
})

document.addEventListener("go", ({ detail }) => {
  seek(detail.at)
  set(detail.playing)
})

document.documentElement.classList.add("live")
player.hidden = false
document.querySelector(".moments")?.removeAttribute("hidden")
player.addEventListener("submit", (event) => event.preventDefault())
const wanted = asked.get("speed") ?? asked.get("vitesse")
if ([...speeds.options].some((option) => option.value === wanted)) speeds.value = wanted
speed = Number(speeds.value)
at = Math.max(0, Math.min(length, seconds(asked.get("from") ?? asked.get("depuis") ?? "0")))
show(false)
if (loops) set(true)
setInterval(tick, 100)
