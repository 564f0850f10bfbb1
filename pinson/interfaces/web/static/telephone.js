// A drawn telephone that goes on by itself: what arrives is shown within a second, and it buzzes. Without this, the page
// shows what had arrived when it was asked for.
const list = document.querySelector("[data-telephone]")
const form = document.querySelector("[data-telephone-form]")
const path = list.dataset.telephone
const PAUSE = 1000

const received = () => list.querySelectorAll(".theirs").length
const toEnd = () => (list.scrollTop = list.scrollHeight)

function show(html) {
  if (html === shown) return
  const before = received()
  list.innerHTML = shown = html
  toEnd()
  if (received() > before) buzz()
}

function buzz() {
  const telephone = list.closest(".telephone")
  telephone.classList.remove("buzzes")
  requestAnimationFrame(() => telephone.classList.add("buzzes"))
}

async function ask(request) {
  const answer = await fetch(path, { ...request, headers: { "X-Fragment": "1" } }).catch(() => null)
  if (answer?.ok) show(await answer.text())
  return answer?.ok
}

async function look() {
  if (!document.hidden) await ask({})
  setTimeout(look, PAUSE)
}

form.addEventListener("submit", async (event) => {
  event.preventDefault()
  const body = new FormData(form)
  const { text } = form.elements
  text.value = ""
  if (!(await ask({ method: "POST", body }))) {
    text.value = body.get("text")
    form.submit() // a whole page can explain
  }
})

let shown = null
toEnd()
setTimeout(look, PAUSE)
