// The panel beside the phones: one message in depth, the deliveries, the API calls, the faults.

import { attempt, el, get, pretty, put, remove, time } from "./api.js";

const LISTED = 200;
const pane = (name) => document.getElementById("pane-" + name);
const tabs = [...document.querySelectorAll(".panel [role=tab]")];

export function select(name, focus = false) {
  for (const tab of tabs) {
    const chosen = tab.id === "tab-" + name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
    if (chosen && focus) tab.focus();
  }
}

const named = (tab) => tab.id.slice("tab-".length);

for (const tab of tabs) {
  tab.addEventListener("click", () => select(named(tab)));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
      select(named(next), true);
    }
  });
}

function facts(pairs) {
  const list = el("dl", { class: "facts" });
  for (const [name, value] of pairs) {
    if (value !== undefined && value !== "") list.append(el("dt", {}, name), el("dd", {}, value));
  }
  return list;
}

function code(title, text) {
  return [el("h3", {}, title), el("pre", { tabindex: "0" }, pretty(text))];
}

function webhookPill(attempt) {
  if (attempt.reason === "OK") return el("span", { class: "pill" }, String(attempt.status));
  const style = attempt.reason === "NOT_SENT" ? "pill warn" : "pill bad";
  return el("span", { class: style }, attempt.status ? String(attempt.status) : attempt.reason.toLowerCase().replaceAll("_", " "));
}

function requestPill(request) {
  const style = request.status >= 200 && request.status < 300 ? "pill" : request.status === 409 ? "pill warn" : "pill bad";
  return el("span", { class: style }, request.status ? String(request.status) : "no answer");
}

function webhookDetails(attempt) {
  return [
    facts([
      ["answered", webhookPill(attempt)],
      ["after", attempt.ms + " ms"],
      ["detail", attempt.detail],
      ["try", attempt.attempt + (attempt.redelivery ? " (redelivery)" : "")],
      ["sent to", attempt.url],
      ["x-line-signature", attempt.signature],
    ]),
    ...code("Exact body", attempt.body),
    ...(attempt.answer ? code("Answer", attempt.answer) : []),
  ];
}

function requestDetails(request) {
  return [
    facts([
      ["call", request.method + " " + request.path],
      ["answered", requestPill(request)],
      ["accepted", request.accepted ? "yes" : "no"],
      ["fault", request.fault],
      ["x-line-request-id", request.requestId],
      ["x-line-retry-key", request.retryKey],
      ["authorization", request.authorization],
    ]),
    ...(request.body ? code("Request body", request.body) : []),
    ...(request.answer ? code("Answer", request.answer) : []),
  ];
}

function show(...children) {
  pane("inspect").replaceChildren(...children);
  pane("inspect").scrollTop = 0;
  select("inspect");
}

export const inspect = {
  /** Everything about something on a screen that is not LINE's. */
  shown(item) {
    const own = Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith("_")));
    show(
      el("h2", {}, item._mine ? "Sent by the person" : "Sent to the person"),
      facts([["channel", item._channel], ["message id", item._id], ["at", time(item._at)], ["from", item._from]]),
      ...code("Message", own),
    );
  },

  /** Everything about one bubble: the object, and how it came. */
  async message(item) {
    const own = Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith("_")));
    const children = [
      el("h2", {}, item._via === "user" ? "Sent from the phone" : "Sent by " + item._via),
      facts([["message id", item._id], ["at", time(item._at)],
        ["cost", item._via === "user" ? undefined : item._via === "reply" ? "free" : "1 of the monthly quota"]]),
      ...code("Message object", own),
    ];
    if (item._requestId) {
      const found = await attempt(() => get("requests?requestId=" + item._requestId));
      for (const request of (found && found.requests) || []) {
        children.push(el("h2", {}, "The API call"), ...requestDetails(request));
      }
    }
    if (item._eventId) {
      const found = await attempt(() => get("webhooks?eventId=" + item._eventId));
      const attempts = (found && found.webhooks) || [];
      for (const one of attempts) children.push(el("h2", {}, "The webhook"), ...webhookDetails(one));
      if (attempts.length === 0) children.push(el("p", { class: "empty" }, "Its webhook is still on the way."));
    }
    show(...children);
  },
};

/** A list that grows at the top and forgets its end. */
class Log {
  constructor(name, words, draw) {
    this.name = name;
    this.draw = draw;
    this.next = 0;
    this.busy = false;
    this.list = el("ul", { class: "list" });
    this.none = el("p", { class: "empty" }, words);
    pane(name).replaceChildren(this.none, this.list);
  }

  async refresh() {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    do {
      this.again = false;
      const page = await attempt(() => get(this.name + "?after=" + this.next));
      if (!page) break;
      this.next = page.next;
      for (const entry of page[this.name].slice(-LISTED)) this.list.prepend(el("li", {}, this.draw(entry)));
      while (this.list.children.length > LISTED) this.list.lastChild.remove();
      this.none.hidden = this.list.children.length > 0;
    } while (this.again);
    this.busy = false;
  }
}

function eventNames(attempt) {
  try {
    const names = JSON.parse(attempt.body).events.map((event) => (event.message ? event.message.type : event.type));
    return names.length ? names.join(", ") : "no events";
  } catch {
    return attempt.detail || "not JSON";
  }
}

export const webhooks = new Log("webhooks", "No webhook has been sent yet.", (attempt) =>
  el(
    "button",
    { type: "button", class: "entry", onclick: () => show(el("h2", {}, "Webhook " + attempt._n), ...webhookDetails(attempt)) },
    webhookPill(attempt),
    el("span", { class: "what" }, eventNames(attempt) + (attempt.redelivery ? " · redelivery" : "")),
    el("span", { class: "ms" }, attempt.ms + " ms "),
    time(attempt.at),
  ));

export const requests = new Log("requests", "Nobody has called the API yet.", (request) =>
  el(
    "button",
    { type: "button", class: "entry", onclick: () => show(el("h2", {}, "API call " + request._n), ...requestDetails(request)) },
    requestPill(request),
    el("span", { class: "what" }, request.endpoint + (request.fault ? " · fault " + request.fault : "")),
    time(request.at),
  ));

const EXPLAINED = {
  "429-rate": "429: rate limit", "429-quota": "429: monthly quota", "429-same-user": "429: too many to one user",
  "429-concurrency": "429: concurrency", 401: "401: token refused", 403: "403: not entitled", 400: "400: failed to send",
  "500-before": "500, nothing accepted", "500-after": "500, but accepted", "hang-before": "no answer, nothing accepted",
  "hang-after": "no answer, but accepted", "reset-before": "connection closed, nothing accepted",
  "reset-after": "connection closed, but accepted", slow: "slow", duplicate: "the same body twice",
  reorder: "later events overtake", redeliver: "redelivered although answered", "mixed-batch": "many people in one body",
  standby: "standby: no reply token", "bad-signature": "wrong signature", lose: "never sent",
};

function choice(name, values, words = (value) => value) {
  return el("select", { name }, ...values.map((value) => el("option", { value }, words(value))));
}

/** The panel of what goes wrong, and the switches of LINE's console. */
export class Faults {
  constructor(about) {
    const where = choice("endpoint", ["*", "webhook", ...about.endpoints], (value) =>
      ({ "*": "every API call", webhook: "webhooks" })[value] || value);
    const what = choice("fault", about.faults, (value) => EXPLAINED[value] || value);
    where.addEventListener("change", () => {
      const names = where.value === "webhook" ? about.webhookFaults : about.faults;
      what.replaceChildren(...names.map((value) => el("option", { value }, EXPLAINED[value] || value)));
    });
    this.form = el(
      "form",
      { class: "form", onsubmit: (event) => { event.preventDefault(); this.add(); } },
      el("label", {}, "Where", where),
      el("label", {}, "What", what),
      el("label", {}, "How often", el("input", { name: "count", type: "number", min: 1, placeholder: "always" })),
      el("label", {}, "Chance in percent", el("input", { name: "chance", type: "number", min: 1, max: 100, value: 100 })),
      el("button", { type: "submit", class: "primary wide" }, "Add this fault"),
    );
    this.list = el("div", { class: "list", "aria-live": "polite" });
    this.clear = el("button", { type: "button", onclick: () => attempt(() => remove("faults")) }, "Remove all faults");
    this.active = this.box("webhookActive");
    this.redelivery = this.box("redelivery");
    this.quota = el("input", { type: "number", min: 0, placeholder: "no limit", onchange: () =>
      this.save({ monthlyQuota: this.quota.value === "" ? null : Number(this.quota.value) }) });
    pane("faults").replaceChildren(
      el("h2", {}, "Make something go wrong"),
      this.form,
      this.list,
      this.clear,
      el("h2", {}, "Switches of LINE’s console"),
      el(
        "div",
        { class: "form" },
        el("label", { class: "check wide" }, this.active, "Use webhook"),
        el("label", { class: "check wide" }, this.redelivery, "Webhook redelivery (after 1, 10 and 60 s)"),
        el("label", { class: "wide" }, "Monthly quota", this.quota),
      ),
    );
  }

  box(name) {
    const box = el("input", { type: "checkbox" });
    box.addEventListener("change", () =>
      this.save(name === "redelivery" ? { redeliveryMs: box.checked ? [1000, 10000, 60000] : [] } : { [name]: box.checked }));
    return box;
  }

  save(change) {
    return attempt(() => put("settings", change));
  }

  async add() {
    const values = new FormData(this.form);
    const rule = { endpoint: values.get("endpoint"), fault: values.get("fault"), probability: Number(values.get("chance") || 100) / 100 };
    if (values.get("count")) rule.count = Number(values.get("count"));
    await attempt(async () => {
      const { faults } = await get("faults");
      await put("faults", { faults: [...faults, rule] });
    });
  }

  async refresh() {
    const answer = await attempt(() => get("faults"));
    if (!answer) return;
    const count = document.getElementById("fault-count");
    count.textContent = String(answer.faults.length);
    count.hidden = answer.faults.length === 0;
    this.clear.hidden = answer.faults.length === 0;
    this.list.replaceChildren(...answer.faults.map((fault, index) => this.rule(fault, index, answer.faults)));
  }

  rule(fault, index, all) {
    const often = fault.count ? "next " + fault.count + " times" : "always";
    const chance = fault.probability < 1 ? ", chance " + Math.round(fault.probability * 100) + " %" : "";
    return el(
      "div",
      { class: "rule" },
      el("span", {}, `${fault.endpoint}: ${EXPLAINED[fault.fault] || fault.fault}, ${often}${chance}`),
      el("span", { class: "pill warn", title: "How often it struck" }, "struck " + fault.struck),
      el("button", { type: "button", onclick: () => attempt(() => put("faults", { faults: all.filter((_, i) => i !== index) })) }, "Remove"),
    );
  }

  settings(settings) {
    this.active.checked = settings.webhookActive;
    this.redelivery.checked = settings.redeliveryMs.length > 0;
    if (document.activeElement !== this.quota) this.quota.value = settings.monthlyQuota ?? "";
  }
}
