// LINE on one phone: a chat, and what the person can do in it.

import { address, attempt, el, get, post, say, time } from "./api.js";
import { render } from "./cards.js";

const STATES = {
  friend: ["Friend", "messages arrive"],
  none: ["Not a friend", "pushes are dropped unless they wrote within 7 days"],
  blocked: ["Blocked the account", "LINE answers 200 and shows nothing"],
  deleted: ["Account deleted", "LINE answers 200 and shows nothing"],
};
const EVENTS = {
  follow: "added the account as a friend",
  unblock: "unblocked the account",
  block: "blocked the account",
  present: "got a sticker for a mission",
};
const TALLEST = 120;
const NEAR = 80;

export function tone(userId) {
  return "t" + (parseInt(userId.slice(-4), 16) % 6);
}

export class Phone {
  constructor(user, inspect) {
    this.user = user;
    this.inspect = inspect;
    this.next = 0;
    this.loading = Promise.resolve();
    const id = "p" + user.userId;
    this.chat = el("div", { class: "chat", role: "log", "aria-live": "polite", "aria-label": "Chat of " + user.displayName, tabindex: "0" });
    this.hint = el("p", { class: "hint" }, "Nothing yet. Write as " + user.displayName + ": your app gets a signed webhook.");
    this.chat.append(this.hint);
    this.pinned = true; // the newest is in view, and stays so
    this.chat.addEventListener("scroll", () => { this.pinned = this.distance() < NEAR; });
    new ResizeObserver(() => this.pinned && this.toEnd()).observe(this.chat);
    this.quick = el("div", { class: "quick", "aria-label": "Quick replies" });
    this.status = el("p");
    this.switch = el("button", { type: "button", onclick: () => this.toggle() });
    this.field = el("textarea", { id, rows: 1, placeholder: "Message", enterkeyhint: "send" });
    this.send = el("button", { type: "submit", class: "primary" }, "Send");
    this.file = el("input", { type: "file", class: "visually-hidden", tabindex: "-1", "aria-label": "File to send as " + user.displayName });
    this.file.addEventListener("change", () => this.upload());
    this.attach = el("button", { type: "button", class: "attach", "aria-label": "Send a picture, video, recording or file", title: "Send a picture, video, recording or file", onclick: () => this.file.click() }, "+");
    this.menu = el("div", { class: "richmenu", hidden: true });
    this.field.addEventListener("keydown", (event) => {
      // Enter that ends a Japanese conversion must not send: 229 is Safari's word for composing.
      const composing = event.isComposing || event.keyCode === 229;
      if (event.key === "Enter" && !event.shiftKey && !composing) {
        event.preventDefault();
        this.submit();
      }
    });
    this.field.addEventListener("input", () => this.grow());
    const form = el(
      "form",
      { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      el("label", { class: "visually-hidden", for: id }, "Message as " + user.displayName),
      this.attach,
      this.file,
      this.field,
      this.send,
    );
    this.bar = el("div", { class: "statebar" }, this.status, this.switch);
    this.element = el("section", { class: "line", "aria-label": "LINE of " + user.displayName }, this.bar, this.chat, this.menu, form);
    this.update(user);
  }

  get path() {
    return "users/" + this.user.userId;
  }

  update(user) {
    this.user = user;
    const [name, meaning] = STATES[user.friendship];
    this.status.className = user.friendship;
    this.status.replaceChildren(el("b", {}, name));
    this.status.title = meaning;
    const off = user.friendship === "blocked" || user.friendship === "deleted" || this.dark === true;
    this.element.classList.toggle("off", off);
    this.field.disabled = off;
    this.send.disabled = off;
    this.attach.disabled = off;
    this.field.placeholder = this.dark ? "The phone is off" : off ? "Unblock to write" : "Message";
    this.switch.hidden = user.friendship === "deleted";
    this.switch.textContent = { friend: "Block", blocked: "Unblock", none: "Add friend" }[user.friendship] || "";
  }

  toggle() {
    const deed = { friend: "block", blocked: "unblock", none: "follow" }[this.user.friendship];
    return attempt(() => post(this.path + "/" + deed));
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = Math.min(this.field.scrollHeight + 2, TALLEST) + "px";
  }

  async submit() {
    const text = this.field.value.trim();
    if (!text) return;
    const sent = await attempt(() => post(this.path + "/messages", { type: "text", text }));
    if (sent) {
      this.field.value = "";
      this.grow();
    }
  }

  /** Sends the chosen file as what it is. */
  async upload() {
    const file = this.file.files[0];
    this.file.value = "";
    if (!file) return;
    const kind = /^(image|video|audio)\//.test(file.type) ? file.type.split("/")[0] : "file";
    const query = new URLSearchParams({ type: kind });
    if (kind === "file") query.set("fileName", file.name);
    await attempt(() => post(this.path + "/media?" + query, file));
  }

  /** Draws the rich menu that this person sees, its areas over its picture. */
  async showMenu() {
    const { by, richMenu } = await get(this.path + "/richmenu");
    this.menu.hidden = !richMenu;
    if (!richMenu) return;
    const { width, height } = richMenu.size;
    const open = this.menu.dataset.menu === richMenu.richMenuId ? !this.folded : richMenu.selected;
    this.menu.dataset.menu = richMenu.richMenuId;
    const share = (part, whole) => (100 * part) / whole + "%";
    const sheet = el("div", { class: "sheet" },
      el("img", { alt: richMenu.name, src: address("richmenus/" + richMenu.richMenuId + "/image") }),
      ...richMenu.areas.map((area, index) => {
        const target = el("button", {
          type: "button",
          "aria-label": area.action.label || area.action.type + " " + (index + 1),
          title: area.action.type + " " + (area.action.data || area.action.text || area.action.uri || ""),
          onclick: () => this.tapMenu(area.action, index),
        });
        Object.assign(target.style, {
          left: share(area.bounds.x, width),
          top: share(area.bounds.y, height),
          width: share(area.bounds.width, width),
          height: share(area.bounds.height, height),
        });
        return target;
      }));
    sheet.style.aspectRatio = width + " / " + height;
    const bar = el("button", { type: "button", class: "bar", title: by === "user" ? "This person's own rich menu" : "The default rich menu" }, richMenu.chatBarText);
    const fold = (folded) => {
      this.folded = folded;
      sheet.hidden = folded;
      bar.setAttribute("aria-expanded", String(!folded));
    };
    bar.addEventListener("click", () => fold(!this.folded));
    fold(!open);
    this.menu.replaceChildren(bar, sheet);
  }

  tapMenu(action, menuArea) {
    if (action.type === "datetimepicker") {
      return this.choose(action, (picked) => attempt(() => post(this.path + "/tap", { menuArea, picked })));
    }
    if (action.type === "uri") this.open(action.uri);
    return attempt(() => post(this.path + "/tap", { menuArea }));
  }

  /** Asks for what is new; calls follow one another. */
  refresh() {
    this.loading = this.loading.then(() => attempt(() => this.load()));
    return this.loading;
  }

  async load() {
    const page = await get(this.path + "/chat?after=" + this.next);
    this.next = page.next;
    if (page.items.length === 0) return;
    if (this.onShow) this.onShow(page.items);
    if (this.visible !== false) await post(this.path + "/open"); // the phone shows them
    this.hint.remove();
    this.quick.remove();
    for (const item of page.items) this.chat.append(this.row(item));
    this.showQuickReplies(page.items.at(-1));
    if (this.pinned || page.items.some((item) => item._via === "user")) this.toEnd();
  }

  distance() {
    return this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight;
  }

  toEnd() {
    this.pinned = true;
    const scroll = () => { this.chat.scrollTop = this.chat.scrollHeight; };
    scroll();
    requestAnimationFrame(scroll); // once more when the new rows have their height
  }

  /** A message changed (it was unsent): draw the chat again. */
  redraw() {
    this.loading = this.loading.then(() => {
      this.next = 0;
      this.chat.replaceChildren();
    });
    return this.refresh();
  }

  row(item) {
    if (item._via === "event") {
      const words = item.event
        ? this.user.displayName + " " + (EVENTS[item.event] || item.event)
        : "postback: " + item.data;
      return el("p", { class: "event" }, words);
    }
    const mine = item._via === "user";
    const stack = el("div", { class: "stack" }, render(item, (action) => this.act(action, item)), this.meta(item, mine));
    const face = mine ? undefined : el("span", { class: "avatar small bot", "aria-hidden": "true" }, "T");
    return el("div", { class: mine ? "row me" : "row" }, face, stack);
  }

  meta(item, mine) {
    const cost =
      item._via === "reply"
        ? el("span", { class: "cost", title: "An answer to a reply token does not count" }, "reply · free")
        : item._via.startsWith("pnp")
          ? el("span", { class: "cost counted", title: "A notification message, sent to the phone number" }, "notification")
          : el("span", { class: "cost counted", title: "Counts against the monthly quota" }, item._via + " · counts 1");
    return el(
      "div",
      { class: "meta" },
      time(item._at),
      mine ? undefined : cost,
      mine && item._eventId && item.type !== "unsent"
        ? el("button", { type: "button", onclick: () => this.unsend(item) }, "Unsend")
        : undefined,
      el("button", { type: "button", "aria-label": "Inspect this message", title: "The exact JSON", onclick: () => this.inspect.message(item) }, "{ }"),
    );
  }

  async unsend(item) {
    await attempt(() => post(this.path + "/unsend", { messageId: item._id }));
  }

  showQuickReplies(last) {
    const items = (last.quickReply && last.quickReply.items) || [];
    if (items.length === 0 || last._via === "user") return;
    this.quick.replaceChildren(
      ...items.map((item) =>
        el("button", { type: "button", onclick: () => this.act(item.action, last) }, item.action.label || item.action.type)),
    );
    this.chat.append(this.quick);
  }

  act(action, item) {
    switch (action.type) {
      case "watch":
        return attempt(() => post(this.path + "/watch", { messageId: item._id }));
      case "message":
        return attempt(() => post(this.path + "/messages", { type: "text", text: action.text }));
      case "postback":
        return this.postback(action);
      case "uri":
        this.open(action.uri);
        return item && attempt(() => post(this.path + "/click", { messageId: item._id, url: action.uri }));
      case "datetimepicker":
        return this.choose(action, (picked) => this.postback(action, { [action.mode]: picked }));
      case "clipboard":
        return navigator.clipboard
          .writeText(action.clipboardText)
          .then(() => say("Copied."), () => say("The browser does not allow copying here."));
      case "location":
        return attempt(() =>
          post(this.path + "/messages", { type: "location", title: "Tokyo Station", address: "東京都千代田区丸の内1丁目", latitude: 35.681236, longitude: 139.767125 }));
      case "camera":
      case "cameraRoll":
        return attempt(() => post(this.path + "/messages", { type: "image" }));
      default:
        return say("This phone does not know the action " + action.type + ".");
    }
  }

  postback(action, params) {
    const body = { data: action.data };
    if (action.displayText || action.text) body.displayText = action.displayText || action.text;
    if (params) body.params = params;
    return attempt(() => post(this.path + "/postback", body));
  }

  open(uri) {
    if (/^https?:/i.test(uri)) window.open(uri, "_blank", "noopener,noreferrer");
    else say("A phone would open " + uri);
  }

  choose(action, then) {
    const mode = action.mode === "datetime" ? "datetime-local" : action.mode;
    const input = el("input", { type: mode, value: action.initial || "", min: action.min, max: action.max, required: true, "aria-label": action.label || "Date or time" });
    const dialog = el(
      "dialog",
      {},
      el("form", { method: "dialog" }, el("h2", {}, action.label || "Choose"), input,
        el("button", { class: "primary", value: "ok" }, "Choose")),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue === "ok" && input.value) then(input.value);
    });
    document.body.append(dialog);
    dialog.showModal();
  }
}
