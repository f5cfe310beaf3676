// Elements and icons. Data only ever becomes textContent or an attribute, never markup.

/** Element with attributes and children. `text` is textContent, `on` a table of listeners, null attributes are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  const { text, on, ...rest } = attributes;
  if (text != null) node.textContent = text;
  for (const [name, value] of Object.entries(rest))
    if (value != null && value !== false) node.setAttribute(name, value === true ? "" : value);
  for (const [kind, listener] of Object.entries(on ?? {})) node.addEventListener(kind, listener);
  node.append(...children.filter((child) => child != null));
  return node;
}

const SHAPES = {
  play: "M7 4.5v15l12-7.5z",
  pause: "M6.5 5h4v14h-4zM13.5 5h4v14h-4z",
  back: "M17 5v14l-10-7zM5 5h2.2v14H5z",
  forward: "M7 5v14l10-7zM16.8 5H19v14h-2.2z",
  save: "M11 4h2v8.2l3-3 1.4 1.4L12 16l-5.4-5.4L8 9.2l3 3zM5 18h14v2H5z",
  present: "M3 4h18v11H3zm2 2v7h14V6zm6 9h2v2.5l3.5 2.5H7.5l3.5-2.5z",
  full: "M4 4h6v2H6v4H4zm10 0h6v6h-2V6h-4zM4 14h2v4h4v2H4zm14 0h2v6h-6v-2h4z",
  follow:
    "M12 3v3a6 6 0 0 1 6 6h3v1h-3a6 6 0 0 1-6 6v3h-1v-3a6 6 0 0 1-6-6H2v-1h3a6 6 0 0 1 6-6V3zm-.5 4.8a4.7 4.7 0 1 0 0 9.4 4.7 4.7 0 0 0 0-9.4zm0 2.7a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  reset: "M12 5a7 7 0 1 1-6.7 9h2.1A5 5 0 1 0 12 7v3L7 6l5-4z",
  table: "M4 5h16v14H4zm2 4v3h5V9zm7 0v3h5V9zm-7 5v3h5v-3zm7 0v3h5v-3z",
  flag: "M5.5 3h1.9v1.3L19.5 8.6 7.4 13v8H5.5z",
  tour: "M5 4.5A2.5 2.5 0 0 1 7.5 2H20v16H7.5a.8.8 0 0 0 0 2H20v2H7.5A2.5 2.5 0 0 1 5 19.5zM9 6v2h8V6zm0 4v2h6v-2z",
  whole: "M4 5h16v2H4zm0 4.7h16v2H4zm0 4.6h16v2H4zM4 19h9v2H4z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4L12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z",
  pen: "M4 16.5V20h3.5L18 9.5 14.5 6zM20.7 6.8a1 1 0 0 0 0-1.4l-2.1-2.1a1 1 0 0 0-1.4 0L15.6 4.9l3.5 3.5z",
  info: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zm0 1.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4zM11 10.5h2V17h-2zM11 7h2v2h-2z",
};

/** A drawn icon: no font, no network. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true" }))
    svg.setAttribute(key, value);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", SHAPES[name]);
  path.setAttribute("fill", "currentColor");
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

/** A button with an icon and a word; the word may be hidden on narrow stages, the label never is for a screen reader. */
export function button(name, label, onClick, attributes = {}) {
  const { hint, ...rest } = attributes;
  return el(
    "button",
    { type: "button", "aria-label": label, title: hint ?? label, on: { click: onClick }, ...rest },
    name ? icon(name) : null,
    el("span", { class: "word", text: label }),
  );
}

/** Another word on a button, for eyes and for ears. */
export function rename(node, label) {
  node.setAttribute("aria-label", label);
  node.querySelector(".word").textContent = label;
}
