// SMS, WhatsApp and mail on one phone: what came, what the person wrote, and how the channel is.

import { attempt, el, emulator, mailAddress, people, say, time } from "./api.js";

export const NAMES = { LINE: "LINE", WHATSAPP: "WhatsApp", SMS: "SMS", EMAIL: "Mail" };

const MEANINGS = {
  ok: "Works",
  unreachable: "Out of reach",
  blocked: "Blocks the company",
  no_app: "Not there",
  airplane: "Airplane mode",
  late_receipt: "Late receipts",
  out_of_order: "Receipts out of order",
  bounces: "Mail bounces",
};
const SHOWS = ["ok", "late_receipt", "out_of_order", "bounces"];
const NEAR = 80;

/** A select that sets how a channel of a person is. */
export function stateSelect(person, channel, states) {
  const id = "state-" + person.id + "-" + channel;
  const select = el("select", { id, onchange: () => set() },
    ...states.map((state) => el("option", { value: state }, MEANINGS[state] || state)));
  async function set() {
    const wanted = select.value;
    const answer = await attempt(() => people("PUT", person.id + "/state", { [channel]: wanted }));
    if (!answer) select.value = select.dataset.state || "ok";
  }
  return el("span", { class: "stateof" },
    el("label", { for: id }, NAMES[channel], el("span", { class: "visually-hidden" }, " of " + person.name)), select);
}

export function showState(holder, state) {
  const select = holder.querySelector("select");
  if ([...select.options].some((option) => option.value === state)) select.value = state;
  select.dataset.state = state;
}

/** A chat with text bubbles; mails are cards with the mail in a frame that can do nothing. */
export class Channel {
  constructor(person, channel, states, inspect) {
    this.person = person;
    this.channel = channel;
    this.inspect = inspect;
    this.next = 0;
    this.visible = false;
    this.loading = Promise.resolve();
    const id = "w-" + person.id + "-" + channel;
    const name = NAMES[channel];
    this.select = stateSelect(person, channel, states);
    const address = channel === "EMAIL" ? person.email : person.phone;
    this.hint = el("p", { class: "hint" }, "Nothing yet. " + name + " goes to " + address + ".");
    this.chat = el("div", { class: "chat " + channel.toLowerCase(), role: "log", "aria-live": "polite", "aria-label": name + " of " + person.name, tabindex: "0" }, this.hint);
    this.pinned = true;
    this.chat.addEventListener("scroll", () => { this.pinned = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < NEAR; });
    this.field = el("textarea", { id, rows: 1, placeholder: channel === "EMAIL" ? "Answer by mail" : "Message", enterkeyhint: "send" });
    this.send = el("button", { type: "submit", class: "primary" }, "Send");
    this.field.addEventListener("keydown", (event) => {
      // Enter that ends a Japanese conversion must not send: 229 is Safari's word for composing.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        this.submit();
      }
    });
    const form = el("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      el("label", { class: "visually-hidden", for: id }, name + " as " + person.name), this.field, this.send);
    this.element = el("section", { class: "other", "aria-label": name + " of " + person.name },
      el("div", { class: "statebar" }, this.select), this.chat, form);
  }

  state(state) {
    showState(this.select, state);
    const off = !SHOWS.includes(state);
    this.element.classList.toggle("off", off);
    this.field.disabled = off;
    this.send.disabled = off;
  }

  async submit() {
    const text = this.field.value.trim();
    if (!text) return;
    const sent = await attempt(() => people("POST", this.person.id + "/messages", { channel: this.channel, text }));
    if (sent) this.field.value = "";
  }

  refresh() {
    this.loading = this.loading.then(() => attempt(() => this.load()));
    return this.loading;
  }

  async load() {
    const page = await people("GET", `${this.person.id}/chat?channel=${this.channel}&after=${this.next}`);
    this.next = page.next;
    if (page.messages.length === 0) return;
    this.hint.remove();
    for (const item of page.messages) this.chat.append(this.row(item));
    if (this.onShow) this.onShow(page.messages.filter((item) => !item._mine));
    if (this.visible) await this.read();
    if (this.pinned || page.messages.some((item) => item._mine)) this.toEnd();
  }

  /** The person looks at it: networks with read receipts tell the company. */
  read() {
    return attempt(() => people("POST", this.person.id + "/open", { channel: this.channel }));
  }

  toEnd() {
    const scroll = () => { this.chat.scrollTop = this.chat.scrollHeight; };
    scroll();
    requestAnimationFrame(scroll);
  }

  row(item) {
    const body = item._mine || this.channel !== "EMAIL" ? this.bubble(item) : this.mail(item);
    const stack = el("div", { class: "stack" }, body, el("div", { class: "meta" },
      item._mine || !item._from ? undefined : el("span", {}, item._from),
      time(item._at),
      el("button", { type: "button", "aria-label": "Inspect this message", title: "The exact JSON", onclick: () => this.inspect.shown(item) }, "{ }")));
    return el("div", { class: item._mine ? "row me" : "row" + (this.channel === "EMAIL" ? " wide" : "") }, stack);
  }

  bubble(item) {
    const choices = item._mine || this.channel !== "WHATSAPP" ? [] : this.choices(item);
    const words = this.channel === "WHATSAPP" && !item._mine ? bare(item) : item._text;
    if (choices.length === 0) return el("div", { class: "bubble" }, words || "[" + (item.type || "message") + "]");
    return el("div", { class: "bubble card" }, el("p", { class: "words" }, words),
      el("div", { class: "buttons" }, ...choices));
  }

  /** What can be tapped in a WhatsApp message. */
  choices(item) {
    const action = (item.interactive && item.interactive.action) || {};
    const replies = (action.buttons || []).map((one) => this.choice(one.reply.title, item, "button_reply", one.reply));
    const rows = (action.sections || []).flatMap((section) => section.rows || [])
      .map((row) => this.choice(row.title, item, "list_reply", row));
    const link = action.parameters && action.parameters.url
      ? [el("button", { type: "button", title: action.parameters.url, onclick: () => openLink(action.parameters.url) }, action.parameters.display_text)]
      : [];
    const place = action.name === "send_location"
      ? [el("button", { type: "button", onclick: () => this.say({ type: "location", location: { latitude: 35.681236, longitude: 139.767125, name: "Tokyo Station" } }, item) }, "Send location")]
      : [];
    return [...replies, ...rows, ...link, ...place];
  }

  choice(title, item, type, reply) {
    const answer = { id: reply.id, title: reply.title };
    if (reply.description) answer.description = reply.description;
    return el("button", { type: "button", onclick: () => this.say({ type: "interactive", interactive: { type, [type]: answer } }, item) }, title);
  }

  say(message, item) {
    return attempt(() => emulator("meta", "POST", "users/" + this.person.phone.slice(1) + "/messages",
      { ...message, name: this.person.name, context: { id: item._id } }));
  }

  mail(item) {
    const frame = item.html === undefined
      ? el("p", { class: "words" }, item.text)
      : el("iframe", { class: "letter", sandbox: "allow-popups allow-popups-to-escape-sandbox", loading: "lazy", title: "Mail: " + item.subject, src: mailAddress(this.person.id, item._n) });
    const files = (item.attachments || []).map((one) => `${one.name || one.type} (${one.size} bytes)`);
    return el("div", { class: "bubble card mail" },
      el("p", { class: "words" }, el("strong", {}, item.subject || "(no subject)"), el("span", { class: "from" }, item.from)),
      frame,
      files.length ? el("p", { class: "kind" }, "Attached: " + files.join(", ")) : undefined,
      item.unsubscribe
        ? el("div", { class: "buttons" }, el("button", { type: "button", title: "POST " + item.unsubscribe, onclick: () => this.unsubscribe(item) }, "Unsubscribe"))
        : undefined);
  }

  async unsubscribe(item) {
    const answer = await attempt(() => people("POST", this.person.id + "/unsubscribe", { n: item._n }));
    if (answer) say(answer.status >= 200 && answer.status < 300 ? "Unsubscribed by one click." : "The company answered " + answer.status + ".");
  }
}

/** The words of a WhatsApp message without what is drawn as a button. */
function bare(item) {
  const it = item.interactive;
  if (!it) return item._text;
  return [it.header && it.header.text, it.body && it.body.text, it.footer && it.footer.text].filter(Boolean).join("\n");
}

function openLink(url) {
  if (/^https?:/i.test(url)) window.open(url, "_blank", "noopener,noreferrer");
  else say("A phone would open " + url);
}
