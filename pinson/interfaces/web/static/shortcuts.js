// Keys that act on the page; the sheet that `?` opens tells them (templates/_shortcuts.html), and turns them off in this
// browser. A single letter must not act while one types, nor where a modifier is held: that belongs to the browser.
const SWITCH = "shortcuts" // in localStorage: "off", or nothing
const PATIENCE = 1500 // ms between the two keys of a pair

const acts = {
  j: () => go(1),
  k: () => go(-1),
  o: () => press("a.when"),
  r: () => press('.deeds a.deed[href^="/write"]'),
  f: () => press(".deeds .like"),
  b: () => press(".deeds .repeat"),
  n: () => location.assign("/write"),
  "/": () => find(),
  "?": () => tell(),
  "g h": () => location.assign("/"),
  "g n": () => location.assign("/notifications"),
}
// At the desk of an event others act; none of them sends anything by itself, but the one that pauses the wall.
const desk = {
  j: () => walk(1),
  k: () => walk(-1),
  c: () => document.activeElement?.closest(".out-list > li")?.querySelector('a[href*="corrects_id"]')?.click(),
  n: () => document.querySelector("form.composer textarea")?.focus(),
  d: () => document.querySelector(".ready-list button[value=send]")?.focus(),
  p: () => document.querySelector(".red button")?.click(),
}
if (document.querySelector(".regie")) Object.assign(acts, desk)
let before = ""
let since = 0

function isOff() {
  return localStorage.getItem(SWITCH) === "off"
}

function isTyping(element) {
  return element.isContentEditable || element.closest("input:not([type=checkbox], [type=radio]), textarea, select") !== null
}

function posts() {
  return [...document.querySelectorAll("main article.post")].filter((post) => post.offsetParent !== null)
}

function current() {
  return document.activeElement?.closest("main article.post")
}

function go(way) {
  const all = posts()
  const at = all.indexOf(current())
  const first = all.findIndex((post) => post.getBoundingClientRect().bottom > 80) // the first that is in sight
  const next = at >= 0 ? all[at + way] : all[Math.max(first, 0)]
  if (!next) return
  next.tabIndex = -1
  next.focus({ preventScroll: true })
  next.scrollIntoView({ block: "nearest" })
}

function walk(way) {
  const all = [...document.querySelectorAll(".out-list > li[id]")]
  const at = all.indexOf(document.activeElement?.closest(".out-list > li"))
  const next = all[at < 0 ? 0 : at + way]
  if (!next) return
  next.tabIndex = -1
  next.focus()
}

function press(what) {
  const post = current() ?? document.querySelector("main .chosen article.post")
  post?.querySelector(what)?.click()
}

function find() {
  const field = document.querySelector("input[type=search]")
  if (field) field.focus()
  else location.assign("/search")
}

async function tell() {
  if (document.querySelector("dialog.sheet")) return
  const answer = await fetch("/shortcuts", { headers: { "X-Fragment": "1" } }).catch(() => null)
  if (!answer?.ok) return location.assign("/shortcuts")
  const dialog = document.createElement("dialog")
  dialog.className = "sheet card"
  dialog.setAttribute("aria-labelledby", "keys")
  dialog.innerHTML = await answer.text()
  dialog.addEventListener("close", () => dialog.remove())
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close())
  const close = dialog.querySelector("[data-close]")
  close.addEventListener("click", () => dialog.close())
  close.hidden = false
  document.body.append(dialog)
  offer(dialog)
  dialog.showModal()
}

function offer(within) {
  const row = within.querySelector("[data-keys]")
  if (!row) return
  const box = row.querySelector("input")
  box.checked = !isOff()
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(SWITCH)
    else localStorage.setItem(SWITCH, "off")
  })
  row.hidden = false
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
  if (isTyping(event.target) || document.querySelector("dialog[open]") || isOff()) return
  const pair = performance.now() - since < PATIENCE ? acts[`${before} ${event.key}`] : undefined
  const act = pair ?? acts[event.key]
  before = pair ? "" : event.key
  since = performance.now()
  if (!act) return
  event.preventDefault() // some browsers open a search of their own on "/"
  act()
})

offer(document)
