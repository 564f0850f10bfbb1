// Writes how long ago a moment was over the moment itself, for a day: "4 min ago". Goes on as time does, and takes in
// what is added to the page. Without it, the moment stands there as it was published.
const DAY = 86_400
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short", numeric: "auto" })

function ago(seconds) {
  if (seconds < 60) return words.format(-Math.round(seconds), "second")
  if (seconds < 3600) return words.format(-Math.round(seconds / 60), "minute")
  return words.format(-Math.round(seconds / 3600), "hour")
}

function rewrite() {
  for (const time of document.querySelectorAll(".when time")) {
    time.title ||= time.textContent
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000
    const said = seconds >= 0 && seconds < DAY ? ago(seconds) : time.title
    if (time.textContent !== said) time.textContent = said
  }
}

rewrite()
setInterval(rewrite, 15_000)
new MutationObserver(rewrite).observe(document.body, { childList: true, subtree: true })
