// What a sheet lets one choose: one of several as buttons in a row, and switches. Values are read from the form; a browser keeps them while the sheet is closed.
import { el } from "./dom.js";

/** One of several. key: of its words, `<key>.label` and `<key>.<value>`. */
export function choices(say, key, values, chosen) {
  const option = (value) =>
    el(
      "label",
      {},
      el("input", { type: "radio", name: key, value, checked: value === chosen }),
      el("span", { text: say(`${key}.${value}`) }),
    );
  return el("fieldset", { class: "one-of" }, el("legend", { text: say(`${key}.label`) }), ...values.map(option));
}

/** Any of several. values: {name: is it on at first?}. */
export function switches(say, key, values) {
  const option = ([name, on]) =>
    el("label", {}, el("input", { type: "checkbox", name, checked: on }), el("span", { text: say(`${key}.${name}`) }));
  return el("fieldset", { class: "any-of" }, el("legend", { text: say(`${key}.label`) }), ...Object.entries(values).map(option));
}

/** What is chosen of several. */
export function valueOf(form, key) {
  return form.elements[key].value;
}
