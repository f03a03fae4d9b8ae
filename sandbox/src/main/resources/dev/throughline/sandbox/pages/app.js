// Starts the page and keeps it true: one long poll tells what changed, and only that is asked for.

import { attempt, el, get, post } from "./api.js";
import { Faults, inspect, requests, webhooks } from "./panel.js";
import { Phone } from "./phone.js";

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

async function loadUsers() {
  const { users } = await get("users");
  wall.querySelector(".more")?.remove();
  for (const user of users.slice(0, PHONES_SHOWN)) {
    const phone = phones.get(user.userId);
    if (phone) {
      phone.update(user);
    } else {
      const fresh = new Phone(user, inspect);
      phones.set(user.userId, fresh);
      wall.append(fresh.element);
      fresh.refresh();
      attempt(() => fresh.showMenu());
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
    for (const phone of phones.values()) work.push(phone.refresh());
  }
  const redrawn = new Set(changes.filter((change) => change.kind === "unsent").map((change) => change.chat));
  for (const chat of redrawn) {
    chats.delete(chat);
    const phone = phones.get(chat);
    if (phone) work.push(phone.redraw());
  }
  for (const chat of chats) {
    const phone = phones.get(chat);
    if (phone) work.push(phone.refresh());
  }
  if (kinds.has("richmenus") || kinds.has("users")) {
    for (const phone of phones.values()) work.push(attempt(() => phone.showMenu()));
  }
  if (kinds.has("settings")) work.push(loadSettings());
  if (kinds.has("faults") || kinds.has("requests") || kinds.has("webhooks")) work.push(faults.refresh());
  if (kinds.has("webhooks")) work.push(webhooks.refresh());
  if (kinds.has("requests")) work.push(requests.refresh());
  await Promise.all(work);
}

const everything = ["users", "settings", "faults", "webhooks", "requests"].map((kind) => ({ kind }));

async function listen() {
  let next;
  for (;;) {
    try {
      if (next === undefined) {
        next = (await get("stream")).next;
        await apply(everything);
        state("live", "Live");
      }
      const page = await get(`stream?after=${next}&wait=${WAIT_SECONDS}`);
      if (page.next < next || page.forgotten) {
        next = undefined; // the sandbox was restarted, or was faster than we are
        continue;
      }
      next = page.next;
      await apply(page.changes);
      state("live", "Live");
      await new Promise((resume) => setTimeout(resume, GATHER_MILLIS));
    } catch {
      state("lost", "Not connected");
      await new Promise((resume) => setTimeout(resume, RETRY_MILLIS));
      next = undefined;
    }
  }
}

document.getElementById("add-user").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = document.getElementById("new-name");
  const added = await attempt(() => post("users", { displayName: field.value.trim() || "Guest", friendship: "none" }));
  if (added) {
    field.value = "";
    await attempt(loadUsers);
    phones.get(added.userId)?.element.scrollIntoView({ block: "nearest", inline: "end" });
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
