// What makes again what is on the stage: plain data that everything which is taken away carries.

/** {program, version, model, atlas, scene, title, request, view}. */
export function recipeOf(player) {
  const { scene } = player.journey,
    { meta } = player.ground,
    { version = null, model = null } = meta.about ?? {};
  const view = { token: player.at, road: player.which, reading: player.strip.reading, seen: player.view, camera: player.camera() };
  return { program: "mindmap-navigator", version, model, atlas: meta.atlas ?? null, scene: scene.id ?? "", title: scene.title ?? "", request: scene.request ?? null, view };
}
