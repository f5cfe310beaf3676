// The address of the page: written as the page and its view change, read when somebody goes back or forward. Only here is it written: what Streamlit knows of it may be an older one.
import { LONGEST, isKey, newKey, pack } from "./link.js";

const PREFIX = "mind-map-kept/";
const ENTRIES = 40; // values that the storage keeps, the latest ones
const LINK = 8000; // characters that an address may have which is sent to somebody: mail and chat break longer ones
const REST = 400; // milliseconds: nobody needs an address for every step of a road
/** Streamlit marks a keyed widget's box so; a number behind it is the page's own count. */
const FIELD = /\bst-key-(question|system|system_b|sign_text)(?:_\d+)?(?=\s|$)/;

export class Address {
  /** atlas: of the map; look(bare): the view as it is now; tell(text): how the page is to be, null where the storage has nothing under the key, returns its number, which the page says once it has heard it; shown(text): a value that was opened, for its view; unkept(): called once, where a value is too long for an address and the browser keeps nothing. */
  constructor({ atlas, look, tell, shown, unkept }) {
    Object.assign(this, { atlas, look, tell, shown, unkept, page: null, drafts: {}, waiting: false, asking: 0, due: null });
    this.own = new Set(); // keys of this player alone: another tab may have the same address
    this.text = this.read();
    this.key = null;
    this.apart = new AbortController();
    const heard = { signal: this.apart.signal };
    addEventListener("popstate", () => this.turned(), heard);
    addEventListener("pagehide", () => this.now(), heard);
    document.addEventListener("visibilitychange", () => document.hidden && this.now(), heard);
    document.addEventListener("input", (event) => this.typed(event), { ...heard, capture: true });
    if (isKey(this.asked())) this.open();
    else this.shown(this.text ?? "");
  }

  asked() {
    return new URLSearchParams(location.search).get("kept") ?? "";
  }

  /** What the address stands for; null where the storage has nothing under its key. */
  read() {
    const asked = this.asked();
    if (!isKey(asked)) return asked;
    try {
      return localStorage.getItem(PREFIX + asked);
    } catch {
      return null;
    }
  }

  /** Has the page show what the address stands for; until it does nothing is written. */
  open() {
    this.waiting = true;
    this.asking = this.tell(this.text);
    this.shown(this.text ?? "");
  }

  /** Back or forward. */
  turned() {
    this.cancel();
    const asked = this.asked();
    Object.assign(this, { text: this.read(), key: this.own.has(asked) ? asked : null, drafts: {} });
    this.open();
  }

  /** The page has run: {asked, rest, entry, step, opened, session, heard} is what it keeps now. */
  hear(page) {
    const before = this.page;
    if (page.heard >= this.asking) this.waiting = false; // not before: an earlier opening may still arrive
    if (before && page.session !== before.session && (this.waiting || page.asked !== before.asked) && this.text) {
      this.page = page;
      this.open(); // the server has lost the session, and began another one with what it knew of the address
      return;
    }
    const other = before && page.entry !== before.entry && page.opened === before.opened && !this.waiting;
    if (other) this.leave();
    if (page.asked !== before?.asked) this.committed();
    this.page = page;
    if (other) this.key = null;
    this.write(other);
    if (other) this.later(); // its view, once there is one
  }

  /** The entry that is left keeps its road as it stands, and what was asked for it: what was typed meanwhile goes on with the next one. */
  leave() {
    const { drafts, page } = this;
    this.cancel();
    Object.assign(this, { drafts: {}, page: { ...page, asked: page.rest } });
    this.write(false);
    Object.assign(this, { drafts, page });
  }

  /** What was sent is no longer only typed; what somebody is typing still is. */
  committed() {
    const focused = fieldOf(deepest());
    this.drafts = Object.fromEntries(Object.entries(this.drafts).filter(([name]) => name === focused));
  }

  typed(event) {
    const field = fieldOf(event.composedPath()[0], event.composedPath());
    if (!field) return;
    this.drafts[field] = event.composedPath()[0].value;
    this.later();
  }

  later() {
    this.due ??= setTimeout(() => this.now(), REST);
  }

  now() {
    this.cancel();
    this.write(false);
  }

  cancel() {
    clearTimeout(this.due);
    this.due = null;
  }

  /** `other`: something else is shown, which is an entry of its own, and has no view yet. */
  write(other) {
    const { page, atlas, drafts } = this;
    if (!page || this.waiting) return;
    const { asked, step } = page,
      bare = !asked && !Object.keys(drafts).length;
    const text = pack({ atlas, asked, view: other ? null : this.look(bare), typed: drafts });
    const address = this.addressOf(text, step);
    this.text = text;
    if (address === location.href) return;
    if (other) history.pushState(history.state, "", address);
    else history.replaceState(history.state, "", address);
  }

  addressOf(text, step) {
    const address = new URL(location.href),
      params = address.searchParams;
    if (step !== "map" || params.has("step")) params.set("step", step);
    if (text) params.set("kept", text);
    else params.delete("kept");
    params.delete("linked");
    if (address.href.length <= LONGEST) this.key = null;
    else if (this.stands(text)) params.set("kept", this.asked());
    else if (this.store(text)) params.set("kept", this.key);
    else {
      params.delete("kept"); // no storage here: the page lives as long as its tab
      this.unkept?.();
      this.unkept = null; // that is said once
    }
    return address.href;
  }

  /** Is that what the address stands for already, under whosever key? */
  stands(text) {
    return isKey(this.asked()) && this.read() === text;
  }

  /** Into the storage, under a key of our own; is it there? */
  store(text) {
    this.key ??= newKey(Date.now(), Math.random());
    this.own.add(this.key);
    try {
      if (localStorage.getItem(PREFIX + this.key) === text) return true;
      const kept = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).sort();
      for (const name of kept.slice(0, Math.max(0, kept.length - ENTRIES + 1)))
        if (name !== PREFIX + this.key) localStorage.removeItem(name);
      localStorage.setItem(PREFIX + this.key, text);
      return true;
    } catch {
      return false;
    }
  }

  /** The address of just this, whole, for somebody else: roads are driven again where it is opened. null where it is longer than an address should be. */
  link() {
    const { page, atlas, drafts } = this;
    if (!page) return null;
    const text = pack({ atlas, asked: page.asked, view: this.look(false), typed: drafts }),
      address = new URL(location.href);
    address.search = new URLSearchParams({ step: page.step, ...(text ? { kept: text } : {}), linked: "1" });
    return address.href.length <= LINK ? address.href : null;
  }

  destroy() {
    this.now();
    this.apart.abort();
  }
}

/** The element that has the focus, shadow roots looked into. */
function deepest() {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node;
}

/** Which of the boxes whose text comes back an element is; path: what it stands in. */
function fieldOf(element, path = pathOf(element)) {
  if (!/^(TEXTAREA|INPUT)$/.test(element?.tagName)) return null;
  for (const { className } of path) {
    const found = typeof className === "string" && FIELD.exec(className);
    if (found) return found[1];
  }
  return null;
}

function pathOf(element) {
  const path = [];
  for (let node = element; node; node = node.parentNode ?? node.host) path.push(node);
  return path;
}
