// Photos are sent as soon as they are chosen, dropped or pasted, and stand in the form with a place to describe them.
const form = document.querySelector("form[data-look]")
const taken = form.querySelector(".taken")
const chooser = form.querySelector("input[type=file]")

if (chooser) {
  chooser.multiple = true
  chooser.addEventListener("change", () => take(chooser.files))

  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.items].some((item) => item.kind === "file")) return
    event.preventDefault()
    form.classList.add("over")
  })
  form.addEventListener("dragleave", () => form.classList.remove("over"))
  form.addEventListener("drop", (event) => {
    form.classList.remove("over")
    if (!event.dataTransfer.files.length) return
    event.preventDefault()
    take(event.dataTransfer.files)
  })
  form.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return
    event.preventDefault()
    take(event.clipboardData.files)
  })
}

async function take(files) {
  form.classList.add("taking")
  taken.querySelectorAll(".problem").forEach((one) => one.remove())
  for (const file of [...files]) {
    const body = new FormData()
    body.set("csrf", form.elements.csrf.value)
    body.set("new[0][file]", file)
    const answer = await fetch("/write/picture", { method: "POST", body, headers: { "X-Fragment": "1" } }).catch(() => null)
    if (!answer) continue
    const template = document.createElement("template")
    template.innerHTML = await answer.text()
    const added = template.content.querySelector(".picture, .problem")
    if (added) taken.append(added)
    added?.querySelector("input:not([type=hidden])")?.focus()
  }
  chooser.value = "" // they are here already: not to be sent twice
  form.classList.remove("taking")
  form.dispatchEvent(new Event("input", { bubbles: true }))
}
