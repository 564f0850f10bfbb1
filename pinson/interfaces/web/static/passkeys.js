// A form marked data-passkey asks the device before it is sent: "create" makes a passkey, "get" signs in with one.
// What to ask for comes from data-options; what the device answers goes into the field `credential`.
const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0))
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")

function read(options) {
  options.challenge = bytes(options.challenge)
  if (options.user) options.user.id = bytes(options.user.id)
  for (const one of options.excludeCredentials ?? []) one.id = bytes(one.id)
  return options
}

function written({ id, rawId, type, response }) {
  const said = PARTS.filter((name) => response[name]).map((name) => [name, text(response[name])])
  return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(said), clientExtensionResults: {} })
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue
  form.hidden = false
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      const answer = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams(new FormData(form)) })
      if (!answer.ok) throw answer
      const publicKey = read(await answer.json())
      form.elements.credential.value = written(await navigator.credentials[form.dataset.passkey]({ publicKey }))
      if (form.elements.current) form.elements.current.disabled = true // it has served
      form.submit()
    } catch {
      form.querySelector(".problem").hidden = false
    }
  })
}
