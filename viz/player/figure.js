// A figure of what a player shows, to be taken away as SVG: its size, its look, and what it carries.
import { drawFigure } from "./draw/figure.js";
import { LOOKS } from "./draw/theme.js";
import { belowOf, scaleOf, stateOf } from "./frame.js";
import { modelMatrix, multiply, projector } from "./geometry.js";
import { viewProjection } from "./map/camera.js";
import { dotsOn } from "./map/stage.js";
import { recipeOf } from "./recipe.js";

/** Millimetres of paper each pixel of a figure: its smallest type, of 12 pixels, has 6.2 points. */
const MM = 0.1814;
const INCH = 96; // CSS pixels
/** The widths of a column and of a page in a journal, in millimetres. */
const PAPER = { 85: 85, 174: 174 };
const SLIDE = [1280, 720];
/** How wide a figure for paper may be, as a multiple of its height. */
const SQUAT = 1.2,
  FLAT = 1.6;
/** How many times as wide as its column a figure may be composed before it is cropped to it. */
const MOST = 2.5;

/**
 * What is on a player's stage as a vector picture.
 * size: "screen" (CSS pixels of the stage; what is on it lies where it lies there), "85" or "174" (millimetres), "wide" (1280 x 720); look: "light", "dark", "print" or "transparent"; caption: the answers and the caption below;
 * crop: nothing but the road, its flag and their names; outlines: a parsed outlines.json where text is to be paths, else null.
 * Returns {svg (text), width, height (CSS pixels), marks (how many items the display list has)}. The camera stays; a sheet that is less wide than the stage shows as much to both sides.
 */
export function figureOf(
  player,
  { size = "screen", look = "light", caption = true, crop = false, outlines = null } = {},
) {
  const paper = PAPER[size] ?? null,
    choices = { caption, crop, outlines, wide: paper },
    made = (across, down) => drawFigure(viewOn(player, size, LOOKS[look](player.theme.font), [across, down]), choices);
  const [wide, high] = pixelsOf(player.stage, size);
  let [width, height] = [wide, high],
    figure = made(width, height);
  // A sheet that is cropped is composed larger, so that on paper its type is as large as that of a whole one.
  for (let round = 0; paper && crop && round < 4; round++) {
    const by = Math.min((MOST * wide) / width, paper / MM / figure.width);
    if (Math.abs(by - 1) < 0.04) break;
    [width, height] = [width, height].map((side) => Math.round(side * by));
    figure = made(width, height);
  }
  const pixels = paper ? (paper * INCH) / 25.4 / figure.width : 1;
  return { svg: figure.svg, width: pixels * figure.width, height: pixels * figure.height, marks: figure.marks };
}

/** How many pixels a figure without its caption has. */
function pixelsOf({ width, height }, size) {
  if (size === "wide") return SLIDE;
  if (!PAPER[size]) return [width, height];
  const wide = Math.round(PAPER[size] / MM);
  return [wide, Math.round(wide / Math.min(FLAT, Math.max(SQUAT, width / height)))];
}

/** What drawFigure draws. */
function viewOn(player, size, palette, [width, height]) {
  const { stage, journey, ground, measure } = player,
    screen = size === "screen",
    state = stateOf(player);
  return {
    ground,
    width,
    height,
    palette,
    measure,
    project: screen ? stage.projector() : projectorOn(stage, player.eye.camera, width, height),
    ref: stage.ref,
    size: screen ? stage.size : dotsOn(height),
    scale: screen ? player.scale : PAPER[size] ? 1 : scaleOf({ width, height }, false),
    // On the screen's own sheet names stand where they stand there: what they keep off, and what they remember, is the same.
    controls: screen ? player.readout.controlBoxes() : [],
    state: { ...state, slots: screen ? structuredClone(state.slots) : new Map() },
    names: new Set(journey.roads.flatMap(({ tokens }) => tokens.flatMap(({ neighbourhood }) => neighbourhood ?? []))),
    title: titleOf(journey),
    below: belowOf(player),
    recipe: recipeOf(player),
  };
}

const titleOf = ({ scene, roads }) => scene.title || roads[0]?.user || "Mind map";

/** Data to pixels of a sheet at the camera of the stage. */
function projectorOn(stage, camera, width, height) {
  const aspect = width / height,
    matrix = multiply(viewProjection(camera, aspect), modelMatrix(stage.ground.cube)),
    less = Math.min(1, aspect / (stage.width / stage.height));
  for (let column = 0; column < 4; column++) for (const row of [0, 1]) matrix[4 * column + row] *= less;
  return projector(matrix, width, height);
}
