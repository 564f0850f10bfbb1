// A webcast of another site opens in its place once somebody asks for it, and not before: the other site learns of nobody
// else. One of our own player that dies says so, and can be tried again; the messages below go on. Where no browser could
// play it, its address and the latest photo stand there instead.
for (const link of document.querySelectorAll("[data-frame]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault()
    const frame = document.createElement("iframe")
    frame.src = link.dataset.frame
    frame.title = link.dataset.title
    frame.allow = "fullscreen; picture-in-picture; autoplay"
    frame.referrerPolicy = "strict-origin-when-cross-origin"
    link.parentElement.replaceWith(frame)
    frame.focus()
  })
}

for (const video of document.querySelectorAll("video[data-webcast]")) {
  const died = video.parentElement.querySelector(".died")
  if (!video.canPlayType("application/vnd.apple.mpegurl") && !video.canPlayType("application/x-mpegURL")) {
    video.hidden = true // its address stands below
    video.parentElement.querySelector(".cannot").hidden = false
    continue
  }
  video.addEventListener("error", () => {
    died.hidden = false
  })
  video.addEventListener("playing", () => {
    died.hidden = true
  })
  died.querySelector("[data-again]").addEventListener("click", () => {
    died.hidden = true
    video.load()
    video.play().catch(() => {
      died.hidden = false
    })
  })
}
