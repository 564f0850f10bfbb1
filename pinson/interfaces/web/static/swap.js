// A form marked data-swap is sent in place: what comes back replaces the element that the mark names, around the form.
// When anything goes wrong the form is sent the plain way, and a whole page explains.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-swap]")
  if (!form) return
  event.preventDefault()
  const to = event.submitter?.getAttribute("formaction") ?? form.action
  const body = new URLSearchParams(new FormData(form, event.submitter))
  const answer = await fetch(to, { method: "POST", body, headers: { "X-Fragment": "1" } }).catch(() => null)
  if (!answer?.ok || answer.redirected) {
    delete form.dataset.swap
    form.requestSubmit(event.submitter)
    return
  }
  const pressed = event.submitter?.className
  const place = form.closest(form.dataset.swap)
  const template = document.createElement("template")
  template.innerHTML = (await answer.text()).trim()
  const fresh = template.content.firstElementChild
  place.replaceWith(fresh)
  const again = pressed && fresh.querySelector(`button[class="${pressed}"]`)
  again?.closest("details")?.setAttribute("open", "")
  const next = again || fresh.querySelector("button, a")
  next?.focus({ preventScroll: !again }) // a keyboard stays where it was, or at what comes in place of it
})
