// The control API, as the emulator serves it; this page holds no state that it does not ask for.

export class Refused extends Error {}

async function call(method, path, body, base = "api/") {
  const options = { method, headers: {} };
  if (body instanceof Blob) {
    options.headers["content-type"] = body.type || "application/octet-stream";
    options.body = body;
  } else if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(base + path, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refused(answer.message || "The sandbox answered " + response.status + ".");
  }
  return answer;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
export const put = (path, body) => call("PUT", path, body);
export const remove = (path) => call("DELETE", path);

/** The people, their phones and inboxes; emulators beside LINE's by their own names. */
export const people = (method, path, body) => call(method, path, body, "people/");
export const emulator = (name, method, path, body) => call(method, path, body, name + "/");
export const mailAddress = (personId, number) => "people/" + personId + "/mails/" + number;

/** Where the bytes of something lie: a person's picture, a rich menu's. */
export const address = (path) => "api/" + path;

const toast = document.getElementById("toast");
let timer;

/** Says something for a few seconds. */
export function say(text) {
  toast.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => { toast.textContent = ""; }, 6000);
}

/** Runs what a button does, and says why if the sandbox refuses. */
export async function attempt(deed) {
  try {
    return await deed();
  } catch (error) {
    say(error instanceof Refused ? error.message : "The sandbox does not answer.");
    return undefined;
  }
}

/** el("p", { class: "x", onclick: f }, "text", child) */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export function time(iso) {
  return el("time", { datetime: iso, title: iso }, clock.format(new Date(iso)));
}

export function pretty(text) {
  if (typeof text !== "string") return JSON.stringify(text, null, 2);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
