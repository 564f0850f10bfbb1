// While one writes: what it costs and what a reader gets from it, counted by the server so that there is one truth. One
// click rewrites it for less; Ctrl+Enter publishes.
const form = document.querySelector("form[data-look]")
const text = form.querySelector("#text")
const said = form.querySelector("#said")
let waiting, asked

form.classList.add("live")

async function look() {
  asked?.abort()
  asked = new AbortController()
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"))
  const request = { method: "POST", body, headers: { "X-Fragment": "1" }, signal: asked.signal }
  const answer = await fetch(form.dataset.look, request).catch(() => null)
  if (!answer?.ok) return
  const template = document.createElement("template")
  template.innerHTML = await answer.text()
  const before = form.querySelector("#advice-count strong:last-of-type").textContent
  const open = [...form.querySelectorAll(".lamps details")].map((one) => one.open)
  for (const id of ["advice", "preview", "cost"]) form.querySelector(`#${id}`)?.replaceWith(template.content.querySelector(`#${id}`))
  form.querySelectorAll(".lamps details").forEach((one, place) => (one.open = open[place]))
  const now = form.querySelector("#advice-count strong:last-of-type").textContent
  if (now !== before) said.textContent = now // read out when it changes, not at each letter
}

function later() {
  clearTimeout(waiting)
  waiting = setTimeout(look, 150)
}

form.addEventListener("input", later)
form.addEventListener("change", later)

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-text]")
  if (!button) return
  event.preventDefault()
  text.value = button.dataset.text
  text.dispatchEvent(new Event("input", { bubbles: true }))
  text.focus()
})

form.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "look") return
  event.preventDefault() // Enter in a field only looks
  look()
})

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  form.requestSubmit(form.querySelector("button.main"))
})
