// The teacher's second window. The stage that opened it says which beat it shows; a press here that means the stage goes there.
(() => {
  const stage = window.opener,
    beats = [...document.querySelectorAll("article")],
    keys = ["PageDown", "PageUp", "ArrowRight", "ArrowLeft", ".", "b", "B", " ", "1", "2", "3", "F5"],
    planned = beats.map((beat) => Number(beat.dataset.minutes)),
    [time, since, plan] = ["time", "since", "plan"].map((name) => document.getElementById(name));
  let begun = Date.now(),
    now = -1;

  const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const tell = (message) => stage && !stage.closed && stage.postMessage(message, "*"); // nothing in it that anybody may not know

  function show(id) {
    const found = beats.findIndex((beat) => beat.dataset.beat === id);
    if (found < 0 || found === now) return;
    now = found;
    document.body.classList.add("follows");
    beats.forEach((beat, at) => {
      beat.classList.toggle("now", at === now);
      beat.classList.toggle("next", at === now + 1);
      beat.toggleAttribute("aria-current", at === now);
    });
    beats[now].scrollIntoView({ block: "start" });
    tick();
  }

  function tick() {
    const seconds = (Date.now() - begun) / 1000,
      until = planned.slice(0, now + 1).reduce((sum, one) => sum + one, 0);
    time.value = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    since.value = minutes(seconds);
    plan.value = now < 0 ? "" : plan.dataset.until.replace("{minutes}", minutes(until * 60));
    plan.classList.toggle("late", now >= 0 && seconds > until * 60);
  }

  addEventListener("message", ({ source, data }) => {
    if (source === stage && data?.kind === "mindmap:beat" && typeof data.beat === "string") show(data.beat);
  });
  addEventListener("keydown", (event) => {
    if (!keys.includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || !stage || stage.closed) return;
    if (event.key === " " && event.target.closest("button")) return;
    event.preventDefault();
    tell({ kind: "mindmap:press", key: event.key });
  });
  document.getElementById("again").addEventListener("click", () => {
    begun = Date.now();
    tick();
  });
  setInterval(tick, 1000);
  tick();
  tell({ kind: "mindmap:notes" });
})();
