// The strip: ONE reading of the road, in step with the head. A click or a drag goes to that token.
import { el } from "./dom.js";
import { font } from "../draw/ink.js";
import { regionTitle, shortName, signTitle } from "../state/marks.js";
import { countInside, insideAt } from "../state/question.js";
import { upTo } from "../state/talk.js";
import { READINGS, axisTop, forbids, readSign, valuesOf } from "../state/readings.js";
import { resizeTo } from "../map/stage.js";
import { clip, percent } from "../words.js";

/** How much a row of `inside` adds to the strip beyond the third. */
const ROW = 15; // pixels
/** Below the chart: its numbers; and less high than this it has none. */
const FOOT = 16,
  LOW = 52;
const NARROW = 720; // player.css
const APART = 34; // pixels at least between two numbers of tokens
const LARGE = 20 / 13; // 20 pixels from the last row of a room
const WORDS = 14,
  CHOICE = 34; // of the region that is asked of the crossings

export class Strip {
  /** onSeek(index); onRow(row): of which region the crossings of the map are asked; regions: the names of the regions that `inside` tells about. */
  constructor(say, regions, software, onSeek, onReading, onRow) {
    Object.assign(this, { say, regions, reading: "probability", onSeek, state: null });
    this.select = el(
      "select",
      { "aria-label": say("strip.select"), on: { change: () => onReading(this.select.value) } },
      ...Object.keys(READINGS).map((name) => el("option", { value: name, text: say(`readings.${name}.name`) })),
    );
    this.row = el("select", {
      class: "row",
      "aria-label": say("strip.row"),
      title: say("strip.row"),
      hidden: true,
      on: { change: () => onRow(Number(this.row.value)) },
    });
    this.value = el("output", { class: "value", "aria-live": "off" });
    this.canvas = el("canvas", { class: "chart", role: "img" });
    this.context = this.canvas.getContext("2d", { willReadFrequently: software });
    this.element = el("div", { class: "strip" }, el("div", { class: "which" }, this.select, this.row, this.value), this.canvas);
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.go(event);
    });
    this.canvas.addEventListener("pointermove", (event) => event.buttons && this.go(event));
  }

  set(reading) {
    if (!READINGS[reading]) return;
    this.reading = this.select.value = reading;
    this.select.title = this.say(`readings.${reading}.about`);
    this.canvas.title = this.select.title;
  }

  go(event) {
    if (!this.state?.count) return;
    const { left, width } = this.plot(),
      x = event.clientX - this.canvas.getBoundingClientRect().left;
    this.onSeek(Math.min(this.state.count - 1, Math.max(0, Math.floor(((x - left) / width) * this.slots()))));
  }

  /** How much larger than usual its type is, to be read from afar. */
  get large() {
    return this.state?.large ? LARGE : 1;
  }

  plot() {
    const rows = READINGS[this.reading].rows,
      left = rows ? Math.min(300 * this.large, Math.round(this.canvas.clientWidth * 0.5)) : 56 * this.large,
      width = this.canvas.clientWidth - left - 6;
    return { left, width, top: 7, height: this.canvas.clientHeight - 7 - this.foot() };
  }

  /** The room below for the numbers of the tokens, where there is any. */
  foot() {
    return this.canvas.clientHeight < LOW ? 7 : FOOT * this.large;
  }

  slots() {
    return Math.max(12, this.state.count);
  }

  /** given: {roads, signs, indices, question (the row that the crossings are asked about, or null), time, count, palette, hiding (nothing is shown of what comes after the heads), large (as in Present)}. */
  update(given) {
    const state = given.hiding ? { ...given, roads: upTo(given.roads, given.time) } : given;
    this.state = state;
    this.sign = readSign(state.roads, state.signs);
    this.rowsOf = this.listed(state.signs);
    this.rowChoice(state.question);
    const above = this.element.clientWidth <= NARROW, // what is chosen stands in one line above the chart, not beside it
      words = above ? 0 : WORDS + (this.row.hidden ? 0 : CHOICE); // two lines beside it: one a road, or what is read and the value
    const tall = READINGS[this.reading].rows ? Math.max(words, (this.rowsOf.length - 3) * ROW * this.large) : 0;
    this.value.classList.toggle("one-line", Boolean(READINGS[this.reading].signed));
    this.element.style.setProperty("--more", `${tall}px`);
    const { clientWidth, clientHeight } = this.canvas,
      ratio = devicePixelRatio || 1;
    if (!clientWidth || !clientHeight) return;
    resizeTo(this.canvas, clientWidth * ratio, clientHeight * ratio);
    const pen = this.context,
      plot = this.plot();
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, clientWidth, clientHeight);
    pen.font = font(13 * this.large, 400, state.palette.font);
    pen.textBaseline = "middle";
    if (READINGS[this.reading].rows) this.rows(pen, plot, state);
    else this.curve(pen, plot, state);
    this.numbers(pen, plot, state);
    this.cursor(pen, plot, state);
    this.value.replaceChildren(...this.words(state));
    this.canvas.setAttribute("aria-label", `${this.say(`readings.${this.reading}.name`)}: ${this.saidOf(state)}`);
  }

  /** With several regions: which of them the crossings of the map are asked about. */
  rowChoice(question) {
    const list = this.rowsOf,
      key = JSON.stringify(list);
    this.row.hidden = !READINGS[this.reading].rows || list.length < 2 || question == null;
    if (key !== this.listedRows)
      this.row.replaceChildren(...list.map(({ title, row }) => el("option", { value: row, text: `● ${title}` })));
    this.listedRows = key;
    this.row.value = String(question);
  }

  curve(pen, plot, { roads, palette, time }) {
    const { top: least, share, signed, summed } = READINGS[this.reading],
      lists = roads.map((road) => valuesOf(road, this.reading, this.sign)),
      top = axisTop(signed ? lists.map((list) => list.map((value) => value && Math.abs(value))) : lists, least),
      low = signed ? -top : 0;
    const end = (value) => (share ? percent(value) : `${+value.toPrecision(2)}`);
    this.axis(pen, plot, palette, end(top), signed ? `−${end(top)}` : share ? "0" : this.say("strip.zero"));
    const slot = plot.width / this.slots(),
      y = (value) => plot.top + (plot.height * (top - value)) / (top - low);
    if (signed) zero(pen, plot, y(0), palette);
    if (lists.length === 1 && !summed) return bars(pen, plot, lists[0], slot, y, palette, time);
    lists.forEach((values, which) => steps(pen, plot, values, slot, y, palette.roads[which], which));
  }

  axis(pen, { left, top, width, height }, palette, high, low) {
    pen.strokeStyle = palette.line;
    pen.lineWidth = 1;
    pen.setLineDash([]);
    for (const y of [top, top + height]) {
      pen.beginPath();
      pen.moveTo(left, Math.round(y) + 0.5);
      pen.lineTo(left + width, Math.round(y) + 0.5);
      pen.stroke();
    }
    pen.fillStyle = palette.muted;
    pen.textAlign = "right";
    pen.fillText(high, left - 6, top + 3);
    pen.fillText(low, left - 6, top + height - 2);
  }

  rows(pen, plot, { roads, palette, time }) {
    const list = this.rowsOf,
      high = plot.height / Math.max(1, list.length),
      slot = plot.width / this.slots();
    list.forEach(({ title, row }, k) => {
      const y = plot.top + k * high;
      pen.fillStyle = palette.line;
      pen.fillRect(plot.left, y + high - 2, plot.width, 1);
      this.rowName(pen, plot.left, y + high / 2 - 1, title, row, roads, palette);
      roads.forEach((road, which) =>
        road.tokens.forEach((token, i) => {
          if (!insideAt(token, row)) return;
          const tall = (high - 4) / roads.length;
          pen.globalAlpha = i <= time ? 1 : 0.35;
          pen.fillStyle = palette.roads[which];
          pen.fillRect(plot.left + i * slot, y + which * tall, Math.max(1, slot - 1), tall - 1);
        }),
      );
      pen.globalAlpha = 1;
    });
  }

  /** The strip in words: the value at the head, and of the regions how much of each road is inside. */
  saidOf({ roads }) {
    if (!READINGS[this.reading].rows) return this.value.textContent;
    const shares = (row) =>
      roads.map(
        ({ tokens }, which) => `${roads.length > 1 ? `${"AB"[which]} ` : ""}${percent(countInside(tokens, row).share)}`,
      );
    return this.rowsOf.map(({ title, row }) => `${title} ${shares(row).join(", ")}`).join("; ");
  }

  /** Left of its row: the region's name, and the share of each road that is inside. */
  rowName(pen, left, y, title, row, roads, palette) {
    let right = left - 10;
    pen.textAlign = "right";
    for (const which of roads.map((_, i) => i).reverse()) {
      const { share } = countInside(roads[which].tokens, row),
        text = percent(share);
      pen.fillStyle = palette.roads[which];
      pen.fillText(text, right, y);
      right -= 46 * this.large;
    }
    pen.textAlign = "left";
    pen.fillStyle = palette.fg;
    let name = title;
    while (name.length > 3 && pen.measureText(name).width > right)
      name = `${name.replace(/…$/, "").slice(0, -1).trimEnd()}…`;
    pen.fillText(name, 0, y);
  }

  /** Which tokens these are: the first, then every so many. */
  numbers(pen, { left, top, width, height }, { palette, count }) {
    if (!count || this.foot() < FOOT) return;
    const slot = width / this.slots(),
      each = [5, 10, 20, 50, 100, 200].find((by) => by * slot >= APART * this.large) ?? 500,
      y = top + height + 10 * this.large;
    pen.fillStyle = palette.muted;
    pen.font = font(this.large > 1 ? 13 * this.large : 12, 400, palette.font);
    pen.textAlign = "right";
    pen.fillText(this.say("strip.tokens"), left - 6, y);
    pen.textAlign = "center";
    const at = [1, ...Array.from({ length: Math.floor(count / each) }, (_, k) => (k + 1) * each)];
    for (const n of at) {
      const x = left + (n - 0.5) * slot;
      if ((n === 1 || n * slot >= APART * this.large) && x + pen.measureText(n).width / 2 <= this.canvas.clientWidth) pen.fillText(n, x, y);
    }
  }

  cursor(pen, { left, top, width, height }, { time, count, palette }) {
    if (!count) return;
    const x = left + ((time + 0.5) * width) / this.slots();
    pen.strokeStyle = palette.fg;
    pen.lineWidth = 1.5;
    pen.setLineDash([]);
    pen.beginPath();
    pen.moveTo(x, top - 5);
    pen.lineTo(x, top + height + 5);
    pen.stroke();
  }

  /** The rows of `inside`: the shipped regions on which there is no sign, then the signs of the drive. */
  listed(signs) {
    const signed = signs.filter(({ kind }) => kind === "landmark").map(({ name }) => shortName(name));
    const shipped = this.regions.map((name, row) => ({
      title: regionTitle(this.say, name),
      short: regionTitle(this.say, name),
      row,
    }));
    const put = signs.map((sign, i) => ({
      title: `${i + 1} ${clip(signTitle(sign), 60)}`,
      short: i + 1,
      row: shipped.length + i,
    }));
    return [...shipped.filter(({ row }) => !signed.includes(this.regions[row])), ...put];
  }

  /** The value at the head, in words with its unit; with two roads one for each. */
  words({ roads, signs, indices }) {
    const reading = READINGS[this.reading],
      unit = this.say(`readings.${this.reading}.unit`);
    if (reading.signed && !signs.length) return [el("span", { text: this.say("strip.no_sign") })];
    if (reading.words && !roads.some(forbids)) return [el("span", { text: this.say("strip.no_word") })];
    const about = this.about(reading, roads, signs);
    const said = roads.flatMap((road, which) => {
      const token = road.tokens[indices[which]];
      if (!token) return [];
      const values = reading.rows ? [] : valuesOf(road, this.reading, this.sign);
      if ((reading.words || reading.signed) && values.every((value) => value == null)) return []; // never read on this road
      const past = values.slice(0, indices[which] + 1),
        text = reading.rows ? this.insideWords(token) : this.number(reading, past.at(-1), unit),
        total = reading.total ? ` (${this.say("strip.total", { sum: sum(past).toFixed(2) })})` : "",
        words = `${roads.length > 1 ? `${"AB"[which]} ` : ""}${text}${total}`;
      return [el("span", { class: `road-${"ab"[which]}`, title: words, text: words })];
    });
    return [...(about ? [el("span", { class: "about", text: about })] : []), ...said];
  }

  /** What is read, where the reading's name does not say it and there is room. */
  about({ rows, signed }, roads, signs) {
    if (signed) return `${this.sign + 1} ${clip(signTitle(signs[this.sign]), 28)}`;
    return rows && roads.length < 2 ? this.say("strip.of_road") : null;
  }

  insideWords(token) {
    const names = this.rowsOf.filter(({ row }) => insideAt(token, row)).map(({ short }) => short);
    return names.length ? this.say("strip.inside", { names: names.join(", ") }) : this.say("strip.outside");
  }

  number({ share, signed }, value, unit) {
    if (value == null || !Number.isFinite(value)) return this.say(signed ? "strip.not_read" : "strip.unknown");
    return share ? percent(value) : `${value.toFixed(Math.abs(value) < 0.1 ? 3 : 2).replace("-", "−")} ${unit}`;
  }
}

const sum = (values) => values.reduce((total, value) => total + (value ?? 0), 0);

function bars(pen, { left, top, height }, values, slot, y, palette, time) {
  values.forEach((value, i) => {
    if (value == null) return;
    pen.globalAlpha = i <= time ? 1 : 0.33;
    pen.fillStyle = palette.roads[0];
    const base = Math.min(top + height, y(0)),
      high = Math.max(1, Math.abs(base - y(value)));
    pen.fillRect(
      left + i * slot + (slot > 4 ? 1 : 0),
      value < 0 ? base : base - high,
      Math.max(1, slot - (slot > 4 ? 2 : 0)),
      high,
    );
  });
  pen.globalAlpha = 1;
}

/** The line at zero of a reading that goes below it. */
function zero(pen, { left, width }, y, palette) {
  pen.strokeStyle = palette.muted;
  pen.lineWidth = 1;
  pen.setLineDash([3, 3]);
  pen.beginPath();
  pen.moveTo(left, Math.round(y) + 0.5);
  pen.lineTo(left + width, Math.round(y) + 0.5);
  pen.stroke();
  pen.setLineDash([]);
}

/** A line through the middles of the slots, A whole and B dashed; gaps where nothing is known. */
function steps(pen, { left }, values, slot, y, color, dashed) {
  pen.strokeStyle = color;
  pen.lineWidth = 2;
  pen.lineJoin = "round";
  pen.setLineDash(dashed ? [5, 3] : []);
  pen.beginPath();
  let open = false;
  values.forEach((value, i) => {
    const x = left + (i + 0.5) * slot;
    if (value != null) open ? pen.lineTo(x, y(value)) : pen.moveTo(x, y(value));
    open = value != null;
  });
  pen.stroke();
  pen.setLineDash([]);
}
