// What the story's camera makes of a scene, as numbers: measured on the display list, at each beat, where the camera comes to rest.
import { compose } from "/player/draw/compose.js";
import { storyBoxes, union } from "/player/draw/extent.js";
import { stateOf } from "/player/frame.js";
import { modelMatrix, multiply, projector } from "/player/geometry.js";
import { viewProjection } from "/player/map/camera.js";
import { freeBox } from "/player/map/framing.js";
import { covered as coveredBy } from "/player/shots.js";
import { beatsOf } from "/player/state/story.js";

/** {shot, share: of [width, height] of the free stage that road, start and the head's name take, of each side, inside: are they all in it?} of one beat. */
function beatOf(player, { at, shot }) {
  player.go(at);
  const { stage, eye, roads } = player,
    camera = eye.home(),
    size = [stage.width, stage.height],
    matrix = multiply(viewProjection(camera, size[0] / size[1]), modelMatrix(player.ground.cube));
  const covered = player.readout.controlBoxes(),
    frame = {
      project: projector(matrix, ...size),
      ref: camera.distance,
      width: size[0],
      height: size[1],
      palette: player.palette,
      scale: player.scale,
      least: player.least,
      measure: player.measure,
      view: "map",
      controls: covered,
    };
  const { ink, boards } = compose(frame, { ...stateOf(player), roads: player.journey.roads, slots: new Map() }), // all of it: in Present what is to come is hidden
    names = new Set(roads.flatMap(({ tokens }) => tokens[Math.min(at, tokens.length - 1)]?.neighbourhood ?? []));
  const free = freeBox(size, coveredBy(player)),
    within = ([left, top, right, bottom]) => right > free[0] && left < free[2] && bottom > free[1] && top < free[3];
  // A shot of the road alone leaves out a flag, and the name of a place, that lie far off: what is not in the picture does not count.
  const held = new Set(eye.shot.things.map(({ name }) => name)),
    told = new Set([...names].filter((name) => shot !== "road" || held.has(name))),
    boxes = storyBoxes({ ink, boards }, { names: told, close: shot === "road", free, measure: player.measure });
  const [left, top, right, bottom] = union(boxes),
    sides = [(right - left) / (free[2] - free[0]), (bottom - top) / (free[3] - free[1])];
  return { shot, at, sides, inside: boxes.every(within) };
}

/** Each beat of each scene. */
export async function story(player, ids) {
  const found = {};
  for (const id of ids) {
    const scene = await fetch(`scene/shipped/${id}.json`).then((reply) => reply.json());
    player.load(scene, { play: false });
    found[id] = beatsOf(player.roads, player.journey.partsAt).map((beat) => beatOf(player, beat));
  }
  return found;
}
