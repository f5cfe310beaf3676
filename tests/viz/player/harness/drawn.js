// The display list of the player's picture as plain numbers, without a screen: a fixed camera and size, and letters that are all
// alike wide, so that it is the same on every machine, whatever its fonts.
import { compose } from "/player/draw/compose.js";
import { palette } from "/player/draw/theme.js";
import { stateOf } from "/player/frame.js";
import { modelMatrix, multiply, projector } from "/player/geometry.js";
import { viewProjection } from "/player/map/camera.js";

const WIDE = 0.56;

/** given: {width, height, camera, theme, hover, controls}. slots: what is remembered from the picture before. Returns {ink, picks, boards}. */
export function drawn(player, { width, height, camera, theme, hover = null, controls = [] }, slots = new Map()) {
  const matrix = multiply(viewProjection(camera, width / height), modelMatrix(player.ground.cube));
  const frame = {
    project: projector(matrix, width, height),
    ref: camera.distance,
    width,
    height,
    palette: palette(theme),
    scale: 1,
    measure: (text, size) => WIDE * size * [...text].length,
    view: player.journey.blend > 0.5 ? "pca" : "map",
    controls,
  };
  const { ink, picks, boards } = compose(frame, { ...stateOf(player), hover, slots });
  const named = ({ mark, landmark, old, box, alpha, told }) => ({ name: mark?.name ?? landmark?.name ?? old?.label ?? null, box, alpha, told });
  return { ink, picks, boards: boards.map(named) };
}
