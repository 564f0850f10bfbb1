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
  const [died, cannot, photo] = [".died", ".cannot", ".instead"].map((one) => video.parentElement.querySelector(one))
  const show = (plays, words) => {
    video.hidden = !plays
    died.hidden = words !== died
    cannot.hidden = words !== cannot
    if (photo) photo.hidden = plays
  }
  if (!video.canPlayType("application/vnd.apple.mpegurl") && !video.canPlayType("application/x-mpegURL")) {
    show(false, cannot)
    continue
  }
  video.addEventListener("error", () => show(false, died))
  video.addEventListener("playing", () => show(true))
  died.querySelector("[data-again]").addEventListener("click", () => {
    show(true)
    video.load()
    video.play().catch(() => show(false, died))
  })
}
