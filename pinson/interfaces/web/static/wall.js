// The wall of a live event. The server sends it whole whenever it changes: parts that differ are put in place, so what
// was shown last stays, whatever happens to the network. Nothing is asked again but the stream.
const TURN = matchMedia("(prefers-reduced-motion: reduce)").matches ? 40_000 : 20_000 // ms that a part stands beside
const MOMENT = 12_000 // ms that a key moment fills the screen
const LOST = 40_000 // ms without a sign of life, which comes every 15 s, after which we say so

const { body } = document
const { lang } = document.documentElement
const wall = document.getElementById("wall")
const lost = document.getElementById("lost")
const unit = (count, name, unitDisplay = "short") => new Intl.NumberFormat(lang, { style: "unit", unit: name, unitDisplay }).format(count)

let version = body.dataset.version
let ahead = Number(body.dataset.now) - Date.now() // of this machine's clock: projectors' are often wrong
let heard = Date.now()
let source, wait = 0, timer

document.documentElement.classList.add("live")

function now() {
  return Date.now() + ahead
}

function duration(ms) {
  const minutes = Math.floor(Math.abs(ms) / 60_000)
  if (minutes >= 48 * 60) return unit(Math.round(minutes / 1440), "day", "long") // "2 j." is read by nobody at 15 m
  if (minutes >= 60) return `${unit(Math.floor(minutes / 60), "hour")} ${unit(minutes % 60, "minute")}`
  return minutes ? unit(minutes, "minute") : unit(Math.floor(Math.abs(ms) / 1000), "second")
}

// Everything that counts time, once a second.
function tick() {
  for (const clock of wall.querySelectorAll("[data-clock]")) {
    const zone = { timeZone: clock.dataset.zone, hour: "2-digit", minute: "2-digit", hour12: false }
    write(clock, new Intl.DateTimeFormat(lang, zone).format(now()))
  }
  for (const count of wall.querySelectorAll("[data-count]")) {
    const left = Date.parse(count.dataset.count) - now()
    if (left > 0) write(count, count.dataset.said.replace("#", duration(left)))
  }
  for (const expected of wall.querySelectorAll("[data-until]")) {
    const left = Date.parse(expected.dataset.until) - now()
    const minutes = unit(Math.max(1, Math.ceil(Math.abs(left) / 60_000)), "minute")
    write(expected, (left > 0 ? expected.dataset.said : expected.dataset.late).replace("#", minutes))
  }
  lost.dataset.said ??= lost.textContent
  lost.hidden = Date.now() - heard < LOST
  if (!lost.hidden) write(lost, lost.dataset.said.replace("#", duration(Date.now() - heard)))
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

// One part beside the messages at a time.
function turn() {
  const parts = [...wall.querySelectorAll("aside .turn")]
  const at = parts.findIndex((part) => part.classList.contains("shown"))
  parts.forEach((part, place) => part.classList.toggle("shown", place === (at + 1) % parts.length))
}

function newest() {
  return wall.querySelector(".messages li")
}

function say(place, text) {
  document.getElementById(place).textContent = text
}

// Parts that say something else take the place of what stood there. The others are not touched: a film plays on, and
// what this script wrote into them is no change.
function renew(place, fresh) {
  const shown = place.querySelector(":scope > .shown")?.dataset.part
  const stay = new Set()
  let last = null
  for (const part of [...fresh.children]) {
    const name = part.dataset.part
    const there = [...place.children].find((one) => one.dataset.part === name)
    const source = part.outerHTML
    if (there && there.dataset.source === source) {
      last = there
    } else if (there && name === "beside") {
      renew(there, part)
      last = there
    } else {
      part.dataset.source = source
      part.classList.toggle("shown", name === shown)
      if (there) there.replaceWith(part)
      else if (last) last.after(part)
      else place.prepend(part)
      last = part
    }
    stay.add(last)
  }
  for (const part of [...place.children]) if (!stay.has(part)) part.remove()
}

function show(html) {
  const before = Number(newest()?.dataset.id ?? 0)
  const fresh = document.createElement("template")
  fresh.innerHTML = html
  renew(wall, fresh.content)
  if (!wall.querySelector(".turn.shown")) turn()
  const message = newest()
  if (message && Number(message.dataset.id) > before) {
    message.classList.add("new")
    const said = message.innerText
    if ("key" in message.dataset) {
      document.dispatchEvent(new CustomEvent("key", { detail: { message, ms: MOMENT } })) // for screen.js
      say("cried", said)
    } else say("said", said)
  }
  watchFilm()
  tick()
  document.dispatchEvent(new Event("shown")) // for screen.js
}

// A film that cannot be shown makes way for the next part.
function watchFilm() {
  const film = wall.querySelector(".webcast video")
  film?.addEventListener("error", () => {
    film.closest(".turn").remove()
    if (!wall.querySelector(".turn.shown")) turn()
  }, { once: true })
}

function alive() {
  heard = Date.now()
  wait = 0
}

// The browser's own way back gives up at the first answer that is no stream, as a proxy's is while a server restarts;
// and a hall full of walls must not come back in the same second.
function listen() {
  clearTimeout(timer)
  source = new EventSource(`${body.dataset.stream}&seen=${version}`)
  source.addEventListener("stands", alive)
  source.addEventListener("wall", (event) => {
    alive()
    const told = JSON.parse(event.data)
    if (told.version === version) return
    version = told.version
    ahead = told.now - Date.now()
    show(told.html)
  })
  source.addEventListener("error", () => {
    source.close()
    wait = Math.min(wait * 2 || 1000, 15_000)
    timer = setTimeout(listen, wait * (0.5 + Math.random()))
  })
}

addEventListener("online", () => {
  source.close()
  listen()
})

// Screens of projectors do not sleep, where the browser lets us ask.
async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => {})
}

document.addEventListener("visibilitychange", stayAwake)

for (const part of wall.querySelectorAll("[data-part]:not([data-part=beside])")) part.dataset.source = part.outerHTML
turn()
tick()
document.dispatchEvent(new Event("shown"))
watchFilm()
stayAwake()
listen()
setInterval(tick, 1000)
setInterval(turn, TURN)
