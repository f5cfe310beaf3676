// The system prompt, as an inline component: measures the start while one types and moves the flag on the player's map,
// which it meets in two events on the document (streamlit.js says which), and never in a global.
const QUIET = 300; // milliseconds after the last key: nobody wants a flag for every letter
const AGAIN = 1500; // while the model is loading
// What must outlive this text, which Streamlit may evaluate anew: the box on its own element, the listener once a document.
const KEPT = Symbol.for("mindmap.promptbox");
const STYLE = `
  .prompt { display: grid; gap: 6px; font-family: var(--st-font, system-ui, sans-serif); color: var(--st-text-color, inherit); }
  label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  textarea[hidden] { display: none; }
  textarea { box-sizing: border-box; width: 100%; min-height: 3.9em; padding: 8px 10px; resize: vertical; font: inherit; font-size: 16px; line-height: 1.45; color: inherit;
    background: var(--st-secondary-background-color, #f4f4f4); border: 1px solid var(--st-border-color, #ccc); border-radius: var(--st-base-radius, 8px); }
  textarea:focus-visible { outline: 2px solid var(--st-primary-color, #c2410c); outline-offset: 1px; }
  p { margin: 0; min-height: 2.7em; font-size: 13.5px; line-height: 1.35; color: var(--st-gray-text-color, inherit); }`;

/** data: {label, put: {text, number}, fixed, name, flag, placeholder, hint, moved, place, place_between, place_unnamed, waiting, failed}: the texts come from the strings file.
    `put` is what a new box holds; one of a higher number than before replaces what stands in it. `fixed` is false where the box's text is the system prompt,
    else what is measured in its place, called `name`: "" for an explicitly empty prompt, null for the template's own. `flag`: it moves the map's flag. */
export default function ({ data, parentElement, setStateValue }) {
  const box = (parentElement[KEPT] ??= build(parentElement, data));
  const before = box.data.fixed;
  Object.assign(box, { data, setStateValue });
  box.area.hidden = data.fixed !== false;
  if (data.put.number > box.number) put(box, data.put);
  if (data.fixed !== before) measure(box);
  return () => {
    if ((parentElement.host ?? parentElement).isConnected) return; // as in streamlit.js
    clearTimeout(box.timer);
    box.stop?.abort();
    box.heard.abort();
    delete parentElement[KEPT];
  };
}

function put(box, { text, number }) {
  box.number = number;
  box.area.value = text;
  keep(box);
  measure(box);
}

function build(root, data) {
  const make = (tag, values) => Object.assign(document.createElement(tag), values);
  const area = make("textarea", {
    id: "system",
    rows: 2,
    placeholder: data.placeholder ?? "",
    spellcheck: false,
    dir: "auto",
    value: data.put.text,
  });
  const says = make("p", { textContent: data.hint ?? "" }),
    label = make("label", { htmlFor: "system", textContent: data.label ?? "" });
  says.setAttribute("role", "status");
  const holder = make("div", { className: "prompt" });
  holder.append(make("style", { textContent: STYLE }), label, area, says);
  root.append(holder);
  const box = {
    area,
    says,
    data,
    id: String(Math.random()),
    sent: area.value,
    heard: new AbortController(),
    number: data.put.number,
    measured: undefined,
  };
  area.addEventListener("input", () => later(box, QUIET));
  area.addEventListener("blur", () => keep(box));
  area.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    keep(box);
    box.setStateValue("submitted", Date.now()); // state, not a trigger: see streamlit.js
  });
  if (data.flag) document.addEventListener("keydown", (event) => asked(box, event), { signal: box.heard.signal });
  return box;
}

/** Ctrl+Enter in the question, Streamlit's own field: its words go along, for Streamlit sends them a moment later. */
function asked(box, { key, ctrlKey, metaKey, target }) {
  if (key !== "Enter" || !(ctrlKey || metaKey) || !target?.matches?.('[class*="st-key-question"] textarea')) return;
  box.setStateValue("asked", { text: target.value.toWellFormed?.() ?? target.value, number: Date.now() });
}

function later(box, milliseconds) {
  clearTimeout(box.timer);
  box.timer = setTimeout(() => measure(box), milliseconds);
}

/** Tells Python what stands in the box, once for each text, and which text of the page's it follows on: what was sent before a newer one arrived counts no more. */
function keep(box) {
  if (box.sent === box.area.value) return;
  box.sent = box.area.value;
  box.setStateValue("said", { text: box.sent, number: box.number });
}

/** Only the newest question counts; an older one on its way is called off. */
async function measure(box) {
  const system = box.data.fixed === false ? box.area.value : box.data.fixed;
  if (system === box.measured) return;
  box.stop?.abort();
  box.stop = new AbortController();
  try {
    const before = standing(box);
    const body = JSON.stringify({ system, box: box.id, ...(before === undefined ? {} : { from: before }) });
    const reply = await fetch(new URL("mm/start", document.baseURI), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: box.stop.signal,
    });
    const answer = await reply.json();
    if (reply.status === 409) return;
    if (reply.status === 503) {
      box.says.textContent = answer.error || box.data.waiting || "";
      return later(box, AGAIN);
    }
    if (!reply.ok) {
      box.says.textContent = answer.error ?? box.data.failed ?? "";
      return;
    }
    show(box, answer, system, before);
  } catch (error) {
    if (error.name !== "AbortError") box.says.textContent = box.data.failed ?? "";
  }
}

/** The system prompt that is moved from: of the road on the stage where the flag stands as that road brought it, else what was measured last. */
function standing(box) {
  const asked = new CustomEvent("mindmap:flag", { detail: { answer: null } });
  if (box.data.flag) document.dispatchEvent(asked); // listeners are called before this returns
  const road = asked.detail.answer;
  return road?.start && road.start !== box.start ? road.system : box.measured;
}

/** before: the system prompt that is moved from; the same as `system` where the flag stands there already, as after a road has filled the box. */
function show(box, { start, comparison, neighbourhood = [] }, system, before) {
  Object.assign(box, { measured: system, start });
  const filled = (text, values) => (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole),
    number = (value) => (Number.isFinite(value) ? value.toFixed(2) : "–");
  const moved = comparison
    ? filled(box.data.moved, {
        map: number(comparison.map),
        from: before === null ? box.data.template : before ? `“${before.length > 40 ? `${before.slice(0, 39)}…` : before}”` : box.data.empty,
      })
    : "";
  box.says.title = comparison
    ? filled(box.data.figures, { full: number(comparison.full), behaviour: number(comparison.behaviour) })
    : "";
  const [name, other] = neighbourhood.map((long) => long.split(": ").at(-1)), // "once, upon, forest: stories" is called by its theme
    place = other ? box.data.place_between : name ? box.data.place : box.data.place_unnamed;
  box.says.textContent = moved || filled(place, { name, other });
  const detail = { start, comparison, name: system || box.data.name };
  if (box.data.flag && before !== system) document.dispatchEvent(new CustomEvent("mindmap:start", { detail }));
}

/** Streamlit's own fields cannot send half a character (a lone surrogate): the message would be lost, and every later one. Python refuses the mark in its place. */
function mend({ target }) {
  if (!/^(INPUT|TEXTAREA)$/.test(target?.tagName) || (target.value?.isWellFormed?.() ?? true)) return;
  const proto = target.tagName === "INPUT" ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
  Object.getOwnPropertyDescriptor(proto, "value").set.call(target, target.value.toWellFormed());
}

/** Streamlit makes every choice of a group a stop of the tab key: the one that is chosen shall be the only one. */
function stops({ key }) {
  if (key !== "Tab") return;
  for (const group of document.querySelectorAll("[role=radiogroup]")) {
    const choices = [...group.querySelectorAll("[role=radio]")],
      chosen = choices.find((choice) => choice.getAttribute("aria-checked") === "true");
    if (chosen) for (const choice of choices) choice.tabIndex = choice === chosen ? 0 : -1;
  }
}

if (!document[KEPT]) {
  document.addEventListener("input", mend, true);
  document.addEventListener("keydown", stops, true);
}
document[KEPT] = true;
