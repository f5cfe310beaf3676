// Mouse, touch and wheel on the stage, turned into camera values. Knows the camera's functions, not what is drawn.
import { pan, turn, zoom } from "./camera.js";

const DRAG = 4; // pixels that a click may wander: a hand trembles

/** Listens on a stage. hooks: {camera(), move(camera), click(x, y), hover(x, y) or hover(null), armed(), refused()}. Returns a function that stops. */
export function control(stage, hooks) {
  const fingers = new Map(),
    stop = new AbortController(),
    heard = { signal: stop.signal };
  let travelled = 0,
    tapped = false;
  const spot = (event) => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  stage.addEventListener(
    "pointerdown",
    (event) => {
      tapped = false;
      if (event.target !== stage && event.target.closest("button, a, summary, .card, dialog, .menu")) return;
      stage.focus({ preventScroll: true });
      stage.setPointerCapture?.(event.pointerId);
      if (!fingers.size) travelled = 0;
      fingers.set(event.pointerId, spot(event));
    },
    heard,
  );

  stage.addEventListener(
    "pointermove",
    (event) => {
      const before = fingers.get(event.pointerId),
        now = spot(event);
      if (!before)
        return event.pointerType === "mouse" && event.target === stage ? hooks.hover(...now) : hooks.hover(null);
      travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
      const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      fingers.set(event.pointerId, now);
      if (travelled > DRAG) hooks.move(moved(hooks.camera(), before, now, others, stage.clientHeight, event));
    },
    heard,
  );

  const lift = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    tapped = event.type === "pointerup" && travelled <= DRAG;
    if (tapped) hooks.click(...spot(event));
  };
  stage.addEventListener("pointerup", lift, heard);
  stage.addEventListener("pointercancel", lift, heard);
  // The mouse events that a browser sends after a tap would take the focus from what the tap has opened, and close it.
  stage.addEventListener("touchend", (event) => tapped && event.cancelable && event.preventDefault(), {
    passive: false,
    ...heard,
  });
  stage.addEventListener("pointerleave", () => hooks.hover(null), heard);
  stage.addEventListener("contextmenu", (event) => event.preventDefault(), heard);

  stage.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !hooks.armed()) return hooks.refused();
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      hooks.move(
        zoom(
          hooks.camera(),
          Math.exp(Math.max(-90, Math.min(90, event.deltaY * lines)) * (event.ctrlKey ? 0.006 : 0.0022)),
        ),
      );
    },
    { passive: false, ...heard },
  );
  return () => stop.abort();
}

/** One finger turns (shift or the right button moves); two fingers move and zoom. */
function moved(camera, before, now, others, height, event) {
  const dx = now[0] - before[0],
    dy = now[1] - before[1];
  if (others.length) {
    const spread = (at) => Math.hypot(at[0] - others[0][0], at[1] - others[0][1]) || 1;
    return zoom(pan(camera, dx / height / 2, dy / height / 2), spread(before) / spread(now));
  }
  if (event.shiftKey || event.buttons & 2) return pan(camera, dx / height, dy / height);
  return turn(camera, (-dx / height) * 3.2, (dy / height) * 2.4);
}
