// Starts the page and keeps it true: one long poll tells what changed, and only that is asked for.

import { attempt, el, get, people } from "./api.js";
import { Faults, inspect, requests, webhooks } from "./panel.js";
import { PersonPhone } from "./person.js";

const PHONES_SHOWN = 12;
const WAIT_SECONDS = 25;
const GATHER_MILLIS = 60;
const RETRY_MILLIS = 1000;

const wall = document.getElementById("phones");
const connection = document.getElementById("connection");
const where = document.getElementById("webhook");
const phones = new Map();
let faults;

function state(name, words) {
  if (connection.dataset.state !== name) {
    connection.dataset.state = name;
    connection.textContent = words;
  }
}

/** Everybody of LINE, with the other channels of those who have them. */
async function loadUsers() {
  const [{ users }, everybody] = await Promise.all([get("users"), people("GET", "")]);
  const byLine = new Map(everybody.people.map((person) => [person.line_user_id, person]));
  wall.querySelector(".more")?.remove();
  for (const user of users.slice(0, PHONES_SHOWN)) {
    const person = byLine.get(user.userId);
    const phone = phones.get(user.userId);
    if (phone && Boolean(phone.person) === Boolean(person)) {
      phone.update(user);
      if (person) phone.state(person.state);
    } else {
      const fresh = new PersonPhone(user, person, everybody.states, inspect);
      phones.set(user.userId, fresh);
      if (phone) phone.element.replaceWith(fresh.element);
      else wall.append(fresh.element);
      fresh.refreshAll();
      attempt(() => fresh.line.showMenu());
    }
  }
  if (users.length > PHONES_SHOWN) {
    wall.append(el("p", { class: "more" }, `and ${users.length - PHONES_SHOWN} more people without a phone here`));
  }
  if (users.length === 0) {
    wall.append(el("p", { class: "more" }, "Nobody is here yet. Add a phone above."));
  }
}

async function loadSettings() {
  const settings = await get("settings");
  faults.settings(settings);
  const url = settings.webhookUrl;
  where.classList.toggle("missing", !url || !settings.webhookActive);
  where.replaceChildren(
    url ? (settings.webhookActive ? "Webhooks go to " : "Webhooks are off, would go to ") : "No webhook URL is set yet",
    url ? el("code", {}, url) : "",
  );
}

async function apply(changes) {
  const kinds = new Set(changes.map((change) => change.kind));
  const chats = new Set(changes.filter((change) => change.kind === "chat").map((change) => change.chat));
  const work = [];
  if (kinds.has("users")) {
    work.push(loadUsers());
    for (const phone of phones.values()) work.push(phone.refresh("LINE"));
  }
  const redrawn = new Set(changes.filter((change) => change.kind === "unsent").map((change) => change.chat));
  for (const chat of redrawn) {
    chats.delete(chat);
    const phone = phones.get(chat);
    if (phone) work.push(phone.line.redraw());
  }
  for (const chat of chats) {
    const phone = phones.get(chat);
    if (phone) work.push(phone.refresh("LINE"));
  }
  if (kinds.has("richmenus") || kinds.has("users")) {
    for (const phone of phones.values()) work.push(attempt(() => phone.line.showMenu()));
  }
  if (kinds.has("settings")) work.push(loadSettings());
  if (kinds.has("faults") || kinds.has("requests") || kinds.has("webhooks")) work.push(faults.refresh());
  if (kinds.has("webhooks")) work.push(webhooks.refresh());
  if (kinds.has("requests")) work.push(requests.refresh());
  await Promise.all(work);
}

const everything = ["users", "settings", "faults", "webhooks", "requests"].map((kind) => ({ kind }));

const everybodysChannels = async () => {
  await loadUsers();
  for (const phone of phones.values()) await phone.refreshAll();
};

/** What changed on channels other than LINE, and in the states of all. */
async function applyPeople(changes) {
  if (changes.some((change) => change.kind !== "messages")) await loadUsers();
  const touched = new Set(changes.filter((change) => change.kind === "messages").map((change) => change.person + " " + change.channel));
  const work = [];
  for (const phone of phones.values()) {
    for (const channel of Object.keys(phone.channels)) {
      if (touched.has(phone.person.id + " " + channel)) work.push(phone.refresh(channel));
    }
    if (changes.some((change) => change.channel === "LINE")) work.push(phone.refresh("LINE"));
  }
  await Promise.all(work);
}

/** One long poll that goes on for ever; read(after) gives a page, first gives where to begin. */
async function follow(stream, begin, change, shown) {
  let next;
  for (;;) {
    try {
      if (next === undefined) {
        next = (await stream("")).next;
        await begin();
        shown(true);
      }
      const page = await stream(`?after=${next}&wait=${WAIT_SECONDS}`);
      if (page.next < next || page.forgotten) {
        next = undefined; // the sandbox was restarted, or was faster than we are
        continue;
      }
      next = page.next;
      await change(page.changes);
      shown(true);
      await new Promise((resume) => setTimeout(resume, GATHER_MILLIS));
    } catch {
      shown(false);
      await new Promise((resume) => setTimeout(resume, RETRY_MILLIS));
      next = undefined;
    }
  }
}

const live = (yes) => (yes ? state("live", "Live") : state("lost", "Not connected"));

function listen() {
  follow((query) => people("GET", "stream" + query), everybodysChannels, applyPeople, () => {});
  return follow((query) => get("stream" + query), () => apply(everything), apply, live);
}

document.getElementById("add-user").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = document.getElementById("new-name");
  const added = await attempt(() => people("POST", "", { name: field.value.trim() || "Guest" }));
  if (added) {
    field.value = "";
    await attempt(loadUsers);
    phones.get(added.line_user_id)?.element.scrollIntoView({ block: "nearest", inline: "end" });
  }
});

async function start() {
  for (;;) {
    try {
      faults = new Faults(await get(""));
      return listen();
    } catch {
      state("lost", "Not connected");
      await new Promise((resume) => setTimeout(resume, RETRY_MILLIS));
    }
  }
}

start();
