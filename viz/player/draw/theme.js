// Colours of one picture, from the page's theme. Two figures (A warm, B blue), violet spurs, a quiet ground.

/** Okabe-Ito, softened and lengthened; vermilion, blue and violet are left to the roads. Names stand on the map: colour is never alone. */
const GROUND = [
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#e0a92e",
  "#8c6d31",
  "#8fae3c",
  "#c9677f",
  "#3f8f9c",
  "#c08a5a",
  "#8c8ccf",
  "#a8a05a",
  "#a0688f",
  "#5fa777",
  "#5e9e2f",
  "#6fb5a4",
  "#d6a78c",
  "#4f7f5f",
  "#c9c05f",
  "#9c6b4f",
  "#7fa3c7",
  "#c77f8f",
  "#6b8f2a",
  "#c49bd6",
];

/** Outlines and hatches of regions: two that ship, then up to five signs of a drive, of different lightness as well as hue. */
const REGIONS_LIGHT = ["#00735a", "#a3245f"];
const REGIONS_DARK = ["#5fd3b0", "#f08bb4"];
const SIGNS_LIGHT = ["#8c1d18", "#00778f", "#7a5200", "#5b2a86", "#3f7d20"];
const SIGNS_DARK = ["#ff8f87", "#58d6ee", "#e3c878", "#d5b3ff", "#a6dd83"];

export const LIGHT = {
  bg: "#ffffff",
  fg: "#1f2328",
  secondary: "#f6f5f3",
  border: "#d8d6d2",
  font: "system-ui, sans-serif",
  dark: false,
};
export const DARK = {
  bg: "#151619",
  fg: "#eceae6",
  secondary: "#22242a",
  border: "#3c3e45",
  font: "system-ui, sans-serif",
  dark: true,
};

/** [r, g, b] in 0-255 of "#rgb", "#rrggbb" or "rgb(...)"; null where it is none of them. */
export function parseColor(text) {
  const name = String(text ?? "").trim();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(name);
  if (short) return short.slice(1).map((digit) => parseInt(digit + digit, 16));
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(name);
  if (long) return long.slice(1).map((pair) => parseInt(pair, 16));
  const numbers = /^rgba?\(([^)]+)\)/i.exec(name);
  return numbers
    ? numbers[1]
        .split(/[\s,/]+/)
        .slice(0, 3)
        .map(Number)
    : null;
}

const hex = (rgb) =>
  "#" +
  rgb
    .map((value) =>
      Math.round(Math.min(255, Math.max(0, value)))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("");
const blend = (a, b, u) => a.map((value, i) => value + (b[i] - value) * u);

/** Everything a picture needs to know about colour. given: {bg, fg, secondary, border, font, dark}, any of them missing. */
export function palette(given = {}) {
  const bg = parseColor(given.bg) ?? parseColor(given.dark ? DARK.bg : LIGHT.bg);
  const dark = given.dark ?? 0.3 * bg[0] + 0.59 * bg[1] + 0.11 * bg[2] < 128;
  const base = dark ? DARK : LIGHT,
    fg = parseColor(given.fg) ?? parseColor(base.fg),
    rgb = (text) => parseColor(text);
  const ground = GROUND.map((color) => soften(rgb(color), dark));
  const roads = dark ? ["#ffb454", "#7cc4ff"] : ["#c2410c", "#2158d8"];
  return {
    dark,
    bg: hex(bg),
    fg: hex(fg),
    font: given.font || base.font,
    secondary: hex(parseColor(given.secondary) ?? rgb(base.secondary)),
    line: hex(parseColor(given.border) ?? blend(bg, fg, 0.18)),
    muted: hex(blend(fg, bg, dark ? 0.32 : 0.34)),
    faint: hex(blend(fg, bg, 0.6)),
    roads,
    pale: roads.map((color) => hex(blend(rgb(color), bg, dark ? 0.58 : 0.62))),
    ink: dark ? "#1b1206" : "#ffffff",
    spur: dark ? "#b9a6ff" : "#6a3df0",
    old: hex(blend(fg, bg, 0.68)),
    ground,
    nowhere: blend(bg, fg, dark ? 0.42 : 0.45), // points of no theme
    groundHex: ground.map(hex),
    groundAlpha: dark ? 0.66 : 0.5,
    tintAlpha: dark ? 0.13 : 0.15,
    bgRgb: bg,
    marks: dark ? [...REGIONS_DARK, ...SIGNS_DARK] : [...REGIONS_LIGHT, ...SIGNS_LIGHT],
  };
}

/** The looks of a figure that is taken away: palettes of their own, whatever the page's is. print: on white paper, in colours that four inks and greys tell apart; B's road is hollow, and far things do not fade to nothing. transparent: without paper (clear), its halos white. */
export const LOOKS = {
  light: (font) => palette({ ...LIGHT, font }),
  dark: (font) => palette({ ...DARK, font }),
  transparent: (font) => ({ ...palette({ ...LIGHT, font }), clear: true }),
  print: (font) => printed(palette({ ...LIGHT, fg: "#000000", border: "#8c8c8c", font })),
};

/** Of lines that fade in light those that do not on paper. */
const FADED = 0.3,
  DARKER = 0.16;

function printed(light) {
  const roads = ["#8f2d04", "#1c6ea4"],
    ground = light.ground.map((color) => blend(color, [0, 0, 0], DARKER));
  return {
    ...light,
    roads,
    hollow: [false, true],
    pale: roads.map((color) => hex(blend(parseColor(color), light.bgRgb, FADED))),
    spur: "#4b2e83",
    muted: "#404040",
    old: "#8c8c8c",
    ground,
    groundHex: ground.map(hex),
    nowhere: [120, 120, 120],
    groundAlpha: 0.44,
    haze: 0.4,
    tintAlpha: 0.06,
    firm: true, // type is whole or not there: half-tones fray small letters
  };
}

function soften(rgb, dark) {
  const grey = 0.3 * rgb[0] + 0.59 * rgb[1] + 0.11 * rgb[2];
  return blend(blend(rgb, [grey, grey, grey], dark ? 0.2 : 0.02), dark ? [255, 255, 255] : [0, 0, 0], dark ? 0.06 : 0.1);
}

/** The player's own CSS variables. */
export function cssVariables(theme) {
  return {
    "--mm-bg": theme.bg,
    "--mm-fg": theme.fg,
    "--mm-soft": theme.secondary,
    "--mm-line": theme.line,
    "--mm-muted": theme.muted,
    "--mm-a": theme.roads[0],
    "--mm-b": theme.roads[1],
    "--mm-ink": theme.ink,
    "--mm-spur": theme.spur,
    "--mm-font": theme.font,
  };
}
