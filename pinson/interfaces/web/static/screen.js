// What a wall and a replay have in common: letters as large as there is room for, and key moments that fill the screen.
// Their scripts say when: "shown" after the messages changed, "key" with the message and for how many ms.
const LARGE = [1.25, 1.12, 1]
const SMALL = [...LARGE, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52, 0.45]
const FEWER = [["three", LARGE], ["two", LARGE], ["one", SMALL]] // rather a message less than small letters

const moment = document.getElementById("moment")
let back

// The first of the sizes with which all is in the box; whether there is one.
function fit(box, inside, sizes) {
  return sizes.some((size) => {
    inside.style.setProperty("--fit", size)
    return box.scrollHeight <= box.clientHeight + 1
  })
}

function fitAll() {
  const list = document.querySelector(".messages ol")
  if (list) {
    FEWER.some(([many, sizes]) => {
      list.className = many
      return fit(list.parentElement, list, sizes)
    })
  }
  if (!moment.hidden) fit(moment, moment, SMALL)
}

document.addEventListener("shown", fitAll)
document.addEventListener("key", ({ detail: { message, ms } }) => {
  moment.replaceChildren(...message.cloneNode(true).childNodes)
  moment.hidden = false
  fit(moment, moment, SMALL)
  clearTimeout(back)
  back = setTimeout(() => (moment.hidden = true), ms)
})
addEventListener("keydown", (event) => {
  if (event.key === "Escape") moment.hidden = true
})
addEventListener("resize", fitAll)
document.fonts?.ready.then(fitAll)
