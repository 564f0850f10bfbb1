// What unfolds over the page folds up again: on Escape, on a press elsewhere, and before the page is left, so that it is
// not open when one comes back.
const OVER = "details.menu[open], details.own[open]"

function fold(except) {
  for (const one of document.querySelectorAll(OVER)) if (!except || !one.contains(except)) one.open = false
}

document.addEventListener("click", (event) => fold(event.target))
document.addEventListener("focusin", (event) => fold(event.target))
addEventListener("pagehide", () => fold())

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return
  const open = document.activeElement?.closest(OVER) ?? document.querySelector(OVER)
  if (!open) return
  const inside = open.contains(document.activeElement)
  open.open = false
  if (inside) open.querySelector("summary").focus()
})
