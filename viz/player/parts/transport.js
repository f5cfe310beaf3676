// Play, pause, step, scrub, speed, follow, full screen; beside them what the head is at: token n of m, its probability, its neighbourhood.
import { button, el, icon } from "./dom.js";
import { SPEEDS } from "../state/clock.js";
import { nearWords } from "../state/marks.js";
import { percent } from "../words.js";

export class Transport {
  /** act: {toggle(), step(by), seek(index), speed(value), follow()}. */
  constructor(say, act) {
    this.say = say;
    this.play = button("play", say("transport.play"), () => act.toggle(), {
      class: "primary",
      hint: say("transport.play_hint"),
    });
    this.slider = el("input", {
      type: "range",
      min: 0,
      max: 0,
      step: 1,
      value: 0,
      "aria-label": say("transport.step"),
      on: { input: () => act.seek(Number(this.slider.value)) },
    });
    this.where = el("output", { class: "where", "aria-live": "off" });
    this.chance = el("output", { class: "chance", "aria-live": "off" });
    this.near = el("output", { class: "near", "aria-live": "off" });
    this.speed = el(
      "select",
      {
        "aria-label": say("transport.speed"),
        title: say("transport.speed"),
        on: { change: () => act.speed(Number(this.speed.value)) },
      },
      ...SPEEDS.map((value) => el("option", { value, text: `${value}×`, selected: value === 1 })),
    );
    this.follow = button("follow", say("transport.follow"), () => act.follow(), {
      class: "quiet",
      "aria-pressed": "false",
      hint: say("transport.follow_hint"),
    });
    this.element = el(
      "div",
      { class: "transport", role: "group", "aria-label": say("transport.label") },
      el(
        "div",
        { class: "buttons" },
        button("back", say("transport.back"), () => act.step(-1), { class: "icon" }),
        this.play,
        button("forward", say("transport.forward"), () => act.step(1), { class: "icon" }),
      ),
      this.slider,
      el("div", { class: "readout" }, this.where, this.chance, this.near),
      this.speed,
      this.follow,
    );
  }

  /** state: {playing, index, count, token, named ("A" or "B" where there are two roads), following}. */
  update({ playing, index, count, token, named, following }) {
    if (this.playing !== playing) this.setPlaying(playing);
    this.slider.max = Math.max(0, count - 1);
    this.slider.value = Math.max(0, index);
    this.slider.disabled = this.play.disabled = !count;
    const where = count ? this.say("transport.where", { n: index + 1, m: count }) : this.say("transport.nowhere");
    if (this.where.textContent !== where) this.where.textContent = where;
    this.slider.setAttribute("aria-valuetext", where);
    this.slider.style.setProperty("--at", `${count > 1 ? (100 * index) / (count - 1) : 0}%`);
    const chance = token ? this.say("transport.chance", { p: percent(token.probability) }) : "";
    this.chance.textContent = named && chance ? `${named}: ${chance}` : chance;
    this.element.classList.toggle("named", named != null);
    this.near.textContent = token ? this.place(token) : "";
    this.near.title = nearWords(this.say, token, (name) => name);
    this.follow.setAttribute("aria-pressed", String(following));
  }

  /** With the share of the neighbours that say so. */
  place(token) {
    const place = nearWords(this.say, token);
    if (token.off_map > 99) return this.say("tip.off");
    return place && Number.isFinite(token.agree) ? this.say("transport.near", { place, p: percent(token.agree) }) : place;
  }

  setPlaying(playing) {
    this.playing = playing;
    const word = this.say(playing ? "transport.pause" : "transport.play");
    this.play.replaceChildren(icon(playing ? "pause" : "play"), el("span", { class: "word", text: word }));
    this.play.setAttribute("aria-label", word);
  }
}
