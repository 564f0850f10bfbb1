// Lets the browser keep the page that says one is offline, once there is nothing else to do.
addEventListener("load", () => navigator.serviceWorker?.register("/worker.js"))
