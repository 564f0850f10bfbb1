// A live event in a frame on another site goes on by itself: while somebody sees it, it is read anew every half minute. Many
// pages may show it, so it asks what proxies hold, rather than keep a line open for each reader.
const story = document.querySelector("main")
const status = document.querySelector("[role=status]")
const PAUSE = 30_000
const newest = (page) => page.querySelector("ol > li")

async function refresh() {
  if (document.hidden || story.contains(document.activeElement)) return // what one stands on is not taken away
  const answer = await fetch(location.href, { cache: "no-cache" }).catch(() => null)
  if (!answer?.ok) return
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main")
  if (!fresh || fresh.innerHTML === story.innerHTML) return
  const isNew = newest(fresh)?.dataset.id !== newest(story)?.dataset.id
  story.replaceChildren(...fresh.childNodes)
  if (isNew) status.textContent = newest(story)?.textContent ?? ""
}

setInterval(refresh, PAUSE)
document.addEventListener("visibilitychange", refresh)
