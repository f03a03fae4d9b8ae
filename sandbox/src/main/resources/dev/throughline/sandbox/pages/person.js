// One person's phone: LINE, WhatsApp, SMS and mail behind tabs.

import { Channel, NAMES, showState, stateSelect } from "./channel.js";
import { el, post } from "./api.js";
import { Phone, tone } from "./phone.js";

const ORDER = ["LINE", "WHATSAPP", "SMS", "EMAIL"];
const LINE_SHOWS = ["ok", "blocked"];

export class PersonPhone {
  /**
   * person is undefined for somebody who is on LINE alone; states lists what a channel can be set to
   */
  constructor(user, person, states, inspect) {
    this.person = person;
    this.line = new Phone(user, inspect);
    this.channels = {};
    this.badges = {};
    const name = user.displayName;
    if (person) {
      this.lineSelect = stateSelect(person, "LINE", states.LINE);
      this.line.bar.append(this.lineSelect);
      this.line.onShow = (items) => this.unread("LINE", items.filter((item) => item._via !== "user" && item._via !== "event").length);
      for (const channel of ORDER.slice(1)) {
        const pane = new Channel(person, channel, states[channel], inspect);
        pane.onShow = (items) => this.unread(channel, items.length);
        this.channels[channel] = pane;
      }
    }
    const key = person ? person.id : user.userId;
    this.tabs = person ? ORDER.map((channel) => this.tab(channel, key)) : [];
    this.panes = { LINE: this.line.element };
    for (const channel of Object.keys(this.channels)) this.panes[channel] = this.channels[channel].element;
    for (const [channel, pane] of Object.entries(this.panes)) {
      if (!person) continue;
      pane.id = `pane-${key}-${channel}`;
      pane.setAttribute("role", "tabpanel");
      pane.setAttribute("aria-labelledby", `tab-${key}-${channel}`);
      pane.removeAttribute("aria-label");
    }
    this.element = el("article", { class: "phone", "aria-label": "Phone of " + name },
      el("header", {},
        el("span", { class: "avatar " + tone(user.userId), "aria-hidden": "true" }, [...name][0]),
        el("div", { class: "who" }, el("h2", { title: user.userId }, name),
          el("p", {}, person ? person.phone + " · " + person.email : "LINE only"))),
      person ? el("div", { class: "tabs channels", role: "tablist", "aria-label": "Channels of " + name }, ...this.tabs) : undefined,
      ...Object.values(this.panes));
    const wanted = location.hash.slice(1).toUpperCase(); // …/sandbox/#sms opens on SMS
    this.choose(person && ORDER.includes(wanted) ? wanted : "LINE");
    if (person) this.state(person.state);
  }

  tab(channel, key) {
    this.badges[channel] = el("span", { class: "count", hidden: true });
    const tab = el("button", {
      type: "button", role: "tab", id: `tab-${key}-${channel}`, "aria-controls": `pane-${key}-${channel}`,
      onclick: () => this.choose(channel),
      onkeydown: (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const at = ORDER.indexOf(channel) + step;
        this.choose(ORDER[(at + ORDER.length) % ORDER.length], true);
      },
    }, NAMES[channel], this.badges[channel]);
    return tab;
  }

  choose(channel, focus = false) {
    this.chosen = channel;
    ORDER.forEach((one, index) => {
      const chosen = one === channel;
      if (this.panes[one]) this.panes[one].hidden = !chosen;
      if (this.channels[one]) this.channels[one].visible = chosen;
      const tab = this.tabs[index];
      if (!tab) return;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) tab.focus();
    });
    this.line.visible = channel === "LINE";
    if (this.waiting(channel) > 0) {
      this.count(channel, 0);
      if (channel === "LINE") post(this.line.path + "/open").catch(() => {});
      else this.channels[channel].read();
    }
    if (channel === "LINE") this.line.toEnd();
    else this.channels[channel].toEnd();
  }

  waiting(channel) {
    return Number((this.badges[channel] && this.badges[channel].dataset.count) || 0);
  }

  count(channel, number) {
    const badge = this.badges[channel];
    badge.dataset.count = String(number);
    badge.hidden = number === 0;
    badge.replaceChildren(String(number), el("span", { class: "visually-hidden" }, " unread"));
  }

  unread(channel, number) {
    if (channel !== this.chosen && number > 0) this.count(channel, this.waiting(channel) + number);
  }

  state(state) {
    for (const channel of Object.keys(this.channels)) this.channels[channel].state(state[channel]);
    showState(this.lineSelect, state.LINE);
    this.line.dark = !LINE_SHOWS.includes(state.LINE);
    this.line.update(this.line.user);
    // the select beside it blocks and unblocks
    this.line.switch.hidden = this.line.user.friendship !== "none";
    for (const [index, channel] of ORDER.entries()) this.tabs[index].classList.toggle("trouble", state[channel] !== "ok");
  }

  update(user) {
    this.line.update(user);
    if (this.person) this.line.switch.hidden = user.friendship !== "none";
  }

  refresh(channel) {
    return channel === "LINE" || !this.channels[channel] ? this.line.refresh() : this.channels[channel].refresh();
  }

  refreshAll() {
    return Promise.all([this.line.refresh(), ...Object.values(this.channels).map((pane) => pane.refresh())]);
  }
}
