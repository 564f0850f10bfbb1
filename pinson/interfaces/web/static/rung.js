// A page of alerts says which browsers this server rings (data-rung). The worker looks whether this one still is, and
// mends it if it is not (worker.js): nobody sees anything of it.
const { rung } = document.querySelector("script[data-rung]").dataset
const there = await navigator.serviceWorker?.getRegistration()
if (there?.active && Notification.permission === "granted") there.active.postMessage({ rung: rung.split(" ") })
