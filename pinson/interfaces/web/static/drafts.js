// Keeps a draft as one writes: a while after the last letter, and when one leaves. Nothing is kept once it is sent.
const form = document.querySelector("form[data-look]")
const kept = form.querySelector("#kept")
let waiting, sent = false, changed = false

function written() {
  return new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"))
}

async function keep(options = {}) {
  clearTimeout(waiting)
  if (sent || !changed) return
  changed = false
  const request = { method: "POST", body: written(), headers: { "X-Fragment": "1" }, ...options }
  const answer = await fetch("/write/draft", request).catch(() => null)
  if (!answer?.ok || sent) return
  const template = document.createElement("template")
  template.innerHTML = await answer.text()
  kept.textContent = template.content.textContent.trim()
}

function later() {
  changed = true
  clearTimeout(waiting)
  waiting = setTimeout(keep, 2000)
}

form.addEventListener("input", later)
form.addEventListener("change", later)
form.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "look") sent = true
})
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keep({ keepalive: true })
})
addEventListener("pageshow", () => (sent = false))
