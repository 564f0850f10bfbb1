// The page that stands in for one that cannot be had: tries again when the network is back, and now and then, and when
// it answers, loads what was asked for. HEAD of this page's own files says whether anybody is there.
const script = document.querySelector("script[src]").src
const status = document.querySelectorAll("[role=status]")

async function look() {
  for (const one of status) one.hidden = false
  const answer = await fetch(`${script}&now=${Date.now()}`, { method: "HEAD", cache: "no-store" }).catch(() => null)
  for (const one of status) one.hidden = true
  if (answer?.ok) location.reload()
}

if (location.pathname !== "/offline") {
  addEventListener("online", look)
  document.addEventListener("visibilitychange", () => document.hidden || look())
  setInterval(() => document.hidden || look(), 15_000)
}
