// What is marked data-again is fetched anew every so many seconds, as long as somebody looks: figures of a live day.
// An answer that is not what was asked for changes nothing.
for (const start of document.querySelectorAll("[data-again]")) {
  let place = start
  const pause = Number(start.dataset.again) * 1000
  const look = async () => {
    const busy = place.querySelector("details[open]") || place.contains(document.activeElement)
    if (document.visibilityState === "visible" && !busy) {
      const answer = await fetch(location.href, { headers: { "X-Fragment": "1" } }).catch(() => null)
      if (answer?.ok && !answer.redirected) {
        const template = document.createElement("template")
        template.innerHTML = (await answer.text()).trim()
        const fresh = template.content.querySelector("[data-again]")
        if (fresh) {
          place.replaceWith(fresh)
          place = fresh
        }
      }
    }
    setTimeout(look, pause)
  }
  setTimeout(look, pause)
}
