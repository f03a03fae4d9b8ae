// How a phone shows each kind of message. The app's pictures appear as their address, since nothing is
// fetched from outside; what a person sent lies in the sandbox and is shown.

import { address, el } from "./api.js";

/** What stands in a bubble; `act` is called with an action object when a button is pressed. */
export function render(message, act) {
  const draw = kinds[message.type];
  return draw ? draw(message, act) : bubble(message.type || "message", JSON.stringify(message));
}

function text(content, extra = "") {
  return el("div", { class: "bubble " + extra }, content);
}

function card(kind, ...children) {
  return el("div", { class: "bubble card" }, el("p", { class: "kind" }, kind), ...children);
}

function bubble(kind, content) {
  return card(kind, el("p", { class: "words" }, content));
}

function picture(label, url) {
  return el("div", { class: "pic" }, label + (url ? "\n" + url : ""));
}

function button(action, act, style) {
  return el(
    "button",
    { type: "button", class: style, onclick: () => act(action), title: action.type + (action.uri ? " " + action.uri : "") },
    action.label || action.text || action.uri || action.type,
  );
}

function buttons(actions, act) {
  return el("div", { class: "buttons" }, ...(actions || []).map((action) => button(action, act)));
}

function column(kind, value, act) {
  return card(
    kind,
    value.thumbnailImageUrl && picture("Picture", value.thumbnailImageUrl),
    value.imageUrl && picture("Picture", value.imageUrl),
    (value.title || value.text) &&
      el("p", { class: "words" }, value.title && el("strong", {}, value.title), value.text || ""),
    buttons(value.actions || (value.action ? [value.action] : []), act),
  );
}

function template(message, act) {
  const value = message.template || {};
  if (value.columns) {
    return el("div", { class: "carousel" }, ...value.columns.map((one) => column("Card", one, act)));
  }
  return column(value.type === "confirm" ? "Question" : "Buttons", value, act);
}

function substitute(message) {
  return message.text.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (whole, key) => {
    if (key === undefined) return whole[0];
    const value = (message.substitution || {})[key];
    if (!value) return whole;
    return value.type === "mention" ? "@" + (value.mentionee.userId || "all") : "🙂";
  });
}

const sizes = /^(xxs|xs|sm|md|lg|xl|xxl)$/;

function component(value, act) {
  switch (value.type) {
    case "box":
      return el(
        "div",
        { class: "fx " + (value.layout || "vertical") },
        ...(value.contents || []).map((one) => component(one, act)),
      );
    case "text": {
      const size = sizes.test(value.size) ? value.size : /^[345]xl$/.test(value.size) ? "x3l" : "";
      const words = value.contents ? value.contents.map((span) => span.text || "").join("") : value.text;
      return el("p", { class: `fx-text ${size} ${value.weight === "bold" ? "bold" : ""}` }, words || "");
    }
    case "button":
      return button(value.action || {}, act, value.style === "primary" ? "primary" : "");
    case "image":
    case "video":
      return picture(value.type === "image" ? "Picture" : "Video", value.url);
    case "separator":
      return el("hr", { class: "fx-sep" });
    default:
      return el("span");
  }
}

function flexBubble(value, act) {
  const blocks = ["header", "hero", "body", "footer"]
    .filter((name) => value[name])
    .map((name) =>
      el("div", { class: name === "hero" ? "" : "fx-block" }, component(value[name], act)));
  return el("div", { class: "bubble card" }, ...blocks);
}

function flex(message, act) {
  const value = message.contents || {};
  return value.type === "carousel"
    ? el("div", { class: "carousel" }, ...(value.contents || []).map((one) => flexBubble(one, act)))
    : flexBubble(value, act);
}

/** A picture that a person sent; one that comes from elsewhere, as its address. */
function photo(message) {
  const provider = message.contentProvider || {};
  return message._via === "user" && provider.type === "line"
    ? el("img", { class: "photo", alt: "Picture from the phone", src: address("contents/" + message._id) })
    : picture(message.originalContentUrl || provider.originalContentUrl || "sent from the phone");
}

function video(message, act) {
  return card(
    "Video",
    picture(message.originalContentUrl || "sent from the phone"),
    message.trackingId && message._via !== "user"
      ? el("div", { class: "buttons" },
        el("button", { type: "button", onclick: () => act({ type: "watch" }) }, "Watch to the end"))
      : undefined,
  );
}

function notification(message, act) {
  const body = message.body || {};
  const items = [body.emphasizedItem, ...(body.items || [])].filter(Boolean);
  return card(
    "Notification message " + message.templateKey,
    ...items.map((item) => el("p", { class: "words" }, el("strong", {}, item.itemKey), item.content)),
    body.buttons && body.buttons.length
      ? buttons(body.buttons.map((one) => ({ type: "uri", uri: one.url, label: one.buttonKey })), act)
      : undefined,
  );
}

const kinds = {
  text: (m) => text(m.text + (m._edits ? " (edited)" : "")),
  textV2: (m) => text(substitute(m)),
  unsent: () => text("Unsent", "unsent"),
  sticker: (m) => card("Sticker", picture("Package " + m.packageId + ", sticker " + m.stickerId, (m.keywords || []).join(", "))),
  image: (m) => card("Picture", photo(m)),
  video,
  notificationTemplate: notification,
  audio: (m) => bubble("Audio", Math.round((m.duration || 0) / 1000) + " s " + (m.originalContentUrl || "")),
  file: (m) => bubble("File", m.fileName + ", " + m.fileSize + " bytes"),
  location: (m) =>
    card(
      "Place",
      el("p", { class: "words" }, el("strong", {}, m.title || "Location"),
        (m.address ? m.address + "\n" : "") + m.latitude + ", " + m.longitude),
    ),
  coupon: (m) => bubble("Coupon", m.couponId),
  imagemap: (m, act) =>
    card("Image map", picture(m.altText, m.baseUrl),
      buttons((m.actions || []).map((a) => ({ ...a, uri: a.linkUri, label: a.label || a.text || a.linkUri })), act)),
  template,
  flex,
};
