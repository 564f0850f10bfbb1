// Lets a person choose which part of a picture is kept, before it is sent: drag, arrow keys, and a slider to enlarge.
// What is chosen takes the file's place in its field. Without this the server keeps the middle.
for (const field of document.querySelectorAll("[data-crop]")) {
  const [width, height] = field.dataset.crop.split("x").map(Number)
  const input = field.querySelector("input[type=file]")
  let stage

  input.addEventListener("change", async () => {
    stage?.remove()
    const file = input.files[0]
    const picture = file && (await createImageBitmap(file).catch(() => null))
    if (!picture) return // the browser cannot read it; perhaps the server can
    stage = cropper(picture, file.name)
    input.after(stage)
  })

  function cropper(picture, name) {
    const box = document.createElement("div")
    const canvas = Object.assign(document.createElement("canvas"), { width, height, tabIndex: 0, className: "cropper" })
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", field.dataset.move)
    const label = document.createElement("label")
    const zoom = Object.assign(document.createElement("input"), { type: "range", min: 1, max: 4, step: 0.05, value: 1 })
    const least = Math.max(width / picture.width, height / picture.height)
    let x = picture.width / 2 // of the picture, what stands in the middle
    let y = picture.height / 2

    function draw() {
      const scale = least * zoom.value
      x = Math.min(Math.max(x, width / 2 / scale), picture.width - width / 2 / scale)
      y = Math.min(Math.max(y, height / 2 / scale), picture.height - height / 2 / scale)
      const pen = canvas.getContext("2d")
      pen.clearRect(0, 0, width, height)
      pen.imageSmoothingQuality = "high"
      const [wide, high] = [width / scale, height / scale]
      pen.drawImage(picture, x - wide / 2, y - high / 2, wide, high, 0, 0, width, height)
    }

    function keep() {
      canvas.toBlob((blob) => {
        const chosen = new DataTransfer()
        chosen.items.add(new File([blob], name, { type: blob.type }))
        input.files = chosen.files
      })
    }

    function move(right, down) {
      const scale = least * zoom.value * (canvas.clientWidth / width)
      x -= right / scale
      y -= down / scale
      draw()
    }

    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId))
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) move(event.movementX, event.movementY)
    })
    canvas.addEventListener("pointerup", keep)
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [10, 0], ArrowRight: [-10, 0], ArrowUp: [0, 10], ArrowDown: [0, -10] }[event.key]
      if (!step) return
      event.preventDefault()
      move(...step)
      keep()
    })
    zoom.addEventListener("input", draw)
    zoom.addEventListener("change", keep)
    label.append(field.dataset.zoom, zoom)
    box.append(canvas, label)
    draw()
    keep()
    return box
  }
}
