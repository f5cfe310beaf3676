// News in words: one sentence under the map, or a few words on the picture. Texts of the strings file, filled in; no DOM.
import { likeness } from "./likeness.js";
import { shortName } from "./marks.js";
import { clip, percent, visible } from "../words.js";

/** The sentence of some news. */
export function sentence(say, { rule, road, named, values }) {
  const [key, words] = WORDS[rule](values, say),
    who = named ? "AB"[road] : say("saying.it"),
    of = named ? say("saying.of", { road: who }) : "";
  const text = say(`saying.${key}`, { who, of, other: "AB"[1 - road], ...words });
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The few words that stand beside a crossing on the map. */
export function mark(say, { rule, road, values }) {
  const [, words] = WORDS[rule](values, say);
  return say(`saying.mark.${rule}`, { other: "AB"[1 - road], ...words });
}

/** Letters that are written from the right: isolated, or the figures after them would change sides. */
const RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const quoted = (words) => (RIGHT.test(words) ? `“\u2068${words}\u2069”` : `“${words}”`);
const token = (say, { text, end }) => (end ? say("saying.end") : quoted(clip(visible(text), 24)));
const number = (value) => value.toFixed(Math.abs(value) < 0.295 ? 2 : 1);
const pair = (say, wanted, took) => ({
  wanted: token(say, wanted),
  p: percent(wanted.p),
  took: token(say, took),
  q: percent(took.p),
});

/** ", as far as pirate from scientist": what a distance on the map is like. */
function like(say, references, map) {
  const words = likeness(say, references, map);
  return words && `, ${words}`;
}

/** Of each rule the key of its text and what fills it in. */
const WORDS = {
  blocked: ({ wanted, took, sure }, say) => [sure ? "blocked" : "blocked_maybe", pair(say, wanted, took)],
  steered: ({ wanted, took, after, sure }, say) => {
    const words = pair(say, wanted, took);
    return after == null ? ["blocked", words] : [sure ? "steered" : "steered_maybe", { ...words, after: percent(after) }];
  },
  forked: ({ typed, took, instead }, say) => {
    const words = { took: typed != null ? quoted(clip(typed, 40)) : token(say, took), q: percent(took.p) };
    if (typed != null) return ["forked_typed", words];
    return instead
      ? ["forked", { ...words, instead: token(say, instead), p: percent(instead.p) }]
      : ["forked_alone", words];
  },
  parted: ({ a, b }, say) => ["parted", { a: token(say, a), p: percent(a.p), b: token(say, b), q: percent(b.p) }],
  ended: (values, say) => ENDED[values.how](values, say),
  over: ({ how, n }) => [`over_${how}`, { n }],
  returned: ({ after }) => ["returned", { n: after }],
  loop: ({ period, rounds }) => ["loop", { n: period, times: rounds }],
  off: () => ["off", {}],
  region: ({ name, into }) => [into ? "region_in" : "region_out", { name: shortName(name) }],
  signs: ({ count }) => [count > 1 ? "signs" : "sign", {}],
  grip: ({ begin, now }) => ["grip", { begin: number(begin), now: number(now) }],
  tie: ({ a, b }, say) => ["tie", { a: token(say, a), p: percent(a.p), b: token(say, b), q: percent(b.p) }],
  moved: ({ map, behaviour, from, typed, references }, say) => [
    Number.isFinite(map) ? (typed ? "typed" : "moved") : "moved_unseen",
    {
      map: map?.toFixed(2),
      behaviour: behaviour?.toFixed(2),
      from: from === null ? say("text.default_system") : from ? quoted(clip(from, 40)) : say("compare.empty"),
      like: like(say, references, map),
    },
  ],
  rails: ({ n }) => ["rails", { n }],
  open: ({ most }, say) => ["open", { a: token(say, most), p: percent(most.p) }],
  place: ({ name, before }) => [before ? "place" : "place_first", { name, before }],
  less: ({ took, wanted }, say) => ["less", pair(say, wanted, took)],
  taken: ({ took, next }, say) => [
    next ? "taken" : "taken_alone",
    { took: token(say, took), q: percent(took.p), next: next && token(say, next), p: next && percent(next.p) },
  ],
};

const ENDED = {
  same: () => ["ended_same", {}],
  region: ({ name, a, b, price }) => [
    "ended_region",
    { name: shortName(name), a: percent(a), b: percent(b), price: price.toFixed(0) },
  ],
  word: ({ bites, price }) => [bites > 1 ? "ended_words" : "ended_word", { n: bites, price: price.toFixed(0) }],
  apart: ({ map, references }, say) => ["ended_apart", { map: map.toFixed(2), like: like(say, references, map) }],
};
