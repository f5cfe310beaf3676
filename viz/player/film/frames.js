// The pictures of a film, one after another on one canvas: the map as the figure draws it, with the words around it.
import { compose, ruler } from "../draw/compose.js";
import { draw } from "../draw/ink.js";
import { drawRegions } from "../map/regions.js";
import { splat } from "../map/points_2d.js";
import { paintTint } from "../map/tint.js";
import { DARK, LIGHT, palette as paletteOf } from "../draw/theme.js";
import { modelMatrix, multiply, projector } from "../geometry.js";
import { same, viewProjection } from "../map/camera.js";
import { cameraAt, paceOf, stopsOf, tripsOf } from "./director.js";
import { drawWords, coveredBoxes, unitOf, wordsOf } from "./footer.js";

/** How much larger marks and names are than on a screen of the same size: 13 pixels, the smallest type of the map, become 20. */
const LARGER = 20 / 13;
const SCROLL = 0.2; // seconds in which a line of an answer moves up
const DRIFT = 0.12; // radians that the camera turns in all: what lies before and behind is seen by how it moves
const SLOW = 0.25; // seconds a token: slower, the head stops at every crossing

/**
 * The film of a scene as pictures. filmed: of `filmedOf` (viz/player/filmed.js); how: {look "dark" | "light", width, height (even pixels), seconds, fps, drift (does the camera turn a little all along?)}.
 * Returns {count, canvas, picture(k): draws picture k there and returns {ink, project, time, indices, camera} of it}. Pictures are asked for in order: names remember where they stood.
 */
export function framesOf(filmed, { look, width, height, seconds, fps, drift }) {
  const pen = layer(width, height),
    palette = paletteOf({ ...(look === "light" ? LIGHT : DARK), font: filmed.font }),
    words = wordsOf(filmed.words, { width, height }, palette.font, pen),
    stage = { width, height: words.high, scale: Math.max(1, LARGER * unitOf({ width, height })), covered: coveredBoxes(words), palette, measure: ruler(pen, palette.font) };
  const { roads, last, partsAt } = filmed,
    pace = paceOf(roads, last, seconds, stopsOf(roads, partsAt)),
    direct = directed(filmed, stage, pace, { seconds, drift }),
    slots = new Map(),
    ground = groundLayer(filmed, stage);
  const indicesAt = (k) => {
    const time = pace.at(Math.max(0, k) / fps);
    return roads.map(({ tokens }) => Math.min(tokens.length - 1, Math.floor(time + 1e-6)));
  };
  function picture(k) {
    const t = k / fps,
      time = pace.at(t),
      camera = direct(t),
      project = projector(multiply(viewProjection(camera, stage.width / stage.height), modelMatrix(filmed.ground.cube)), stage.width, stage.height),
      indices = indicesAt(k),
      state = filmed.state({ time, indices, slots, labelled: pace.stops.includes(time), eased: pace.dwell >= SLOW });
    pen.drawImage(ground({ project, ref: camera.distance, camera, marks: state.marks, lit: state.lit, blend: state.blend }), 0, 0);
    const frame = { project, ref: camera.distance, ...stage, view: state.blend > 0.5 ? "pca" : "map", controls: stage.covered };
    const { ink } = compose(frame, state);
    clipped(pen, stage, () => draw(pen, ink, palette));
    drawWords(pen, words, palette, Array.from({ length: Math.ceil(SCROLL * fps) }, (_, i) => indicesAt(k - i)));
    return { ink, project, time, indices, camera };
  }
  return { count: countOf({ seconds, fps }), canvas: pen.canvas, picture, pace, words };
}

/** How many pictures a film has. */
export const countOf = ({ seconds, fps }) => Math.max(1, Math.round(seconds * fps));

/** The camera at each moment: a person's own for as long as the film lasts, else the story's. */
function directed(filmed, stage, pace, { seconds, drift }) {
  if (filmed.camera) return () => filmed.camera;
  const { whole, shots } = filmed.shots(stage),
    trips = shots.length ? tripsOf(shots, pace) : [];
  return (t) => cameraAt(whole, trips, t, { seconds, drift: drift ? DRIFT : 0 });
}

function clipped(pen, { width, height }, paint) {
  pen.save();
  pen.beginPath();
  pen.rect(0, 0, width, height);
  pen.clip();
  paint();
  pen.restore();
}

function layer(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height }).getContext("2d", { willReadFrequently: true });
}

/** What lies still below the roads, painted anew only where the camera has moved. */
function groundLayer({ ground }, { width, height, palette }) {
  const size = Math.min(5.6, Math.max(3.4, height / 130)),
    all = layer(width, height),
    [over, tint] = [layer(width, height), layer(1, 1)];
  let seen = null;
  return ({ project, ref, camera, marks, lit, blend }) => {
    if (seen && same(seen, camera)) return all.canvas;
    seen = camera;
    const look = { project, ref, palette, blend, size, lit, width, height, ratio: 1 };
    all.fillStyle = palette.bg;
    all.fillRect(0, 0, width, height);
    paintTint(tint, ground, look);
    all.drawImage(tint.canvas, 0, 0, width, height);
    splat(over, ground, look);
    all.drawImage(over.canvas, 0, 0);
    if (marks.length && blend < 0.01) {
      drawRegions(over, ground, marks, { project, ref, ratio: 1, palette });
      all.drawImage(over.canvas, 0, 0);
    }
    return all.canvas;
  };
}
