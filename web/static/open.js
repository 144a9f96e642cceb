// Opening a sealed file on this device: its header goes to the office, the key of this one file comes back.
import { headerOf } from "./age.js";
import { base64, bytes, hex, newKey, unbase64, unwrap } from "./hpke.js";

const place = document.getElementById("opener");
const form = place?.querySelector("form");

class Told extends Error {}

const again = form?.querySelector(".again");

function password() {
  const typed = form.elements.password.value;
  form.elements.password.value = "";
  return typed;
}

async function released(header, key, reason) {
  const answer = await fetch(place.dataset.url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content,
    },
    body: JSON.stringify({ header_b64: base64(header), public_b64: base64(key.public), reason, password: password() }),
  });
  if (answer.redirected) location.reload(); // signed out meanwhile
  const told = await answer.json();
  if (answer.status === 428) again.hidden = false; // many files were opened: a session alone no longer does
  if (answer.ok) again.hidden = true;
  if (answer.ok) return told;
  const side = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  throw new Told([told.error, told.hint].filter(Boolean).map((said) => said[side]).join(". "));
}

function decrypted(file, header, fileKey) {
  const worker = new Worker(place.dataset.worker, { type: "module" });
  const bar = form.querySelector("progress");
  bar.hidden = false;
  return new Promise((done, failed) => {
    worker.onerror = () => failed(new Told(place.dataset.old));
    worker.onmessage = ({ data }) => {
      if (data.share !== undefined) bar.value = data.share;
      else if (data.plain) done(data.plain);
      else failed(new Told(place.dataset.damaged));
    };
    worker.postMessage({ file, header, fileKey });
  }).finally(() => {
    worker.terminate();
    bar.hidden = true;
  });
}

function save(plain, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(plain);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function opened(file, reason, tell) {
  const header = await headerOf(file);
  if (!header) throw new Told(place.dataset.none);
  const digest = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", header)));
  if (place.dataset.digest && place.dataset.digest !== digest) throw new Told(place.dataset.wrong);
  const key = await newKey().catch(() => {
    throw new Told(place.dataset.old);
  });
  tell(place.dataset.asking);
  const told = await released(header, key, reason);
  const fileKey = await unwrap(key, unbase64(told.wrapped_b64), bytes("dlp open v1|", digest, "|", told.account));
  tell(place.dataset.opening);
  const plain = await decrypted(file, header, fileKey);
  fileKey.fill(0);
  save(plain, told.name);
  tell(`${place.dataset.done} ${told.name}`);
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const told = form.querySelector(".told");
  const button = form.querySelector("button");
  button.disabled = true;
  told.classList.remove("wrong");
  try {
    await opened(form.querySelector("[type=file]").files[0], form.elements.reason.value, (words) => {
      told.textContent = words;
    });
  } catch (error) {
    told.classList.add("wrong");
    told.textContent = error instanceof Told ? error.message : place.dataset.damaged;
  } finally {
    button.disabled = false;
  }
});
