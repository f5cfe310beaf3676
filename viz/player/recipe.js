// What makes again what is taken away: plain data, which every figure, film and file carries.

/** {program, version, model: {name, sha256}, atlas, scene (id or ""), title, request (or null), view: {token (0-based; null where none is reached), road, reading, seen, camera}} of what a player shows. */
export function recipeOf(player) {
  const { journey, ground } = player,
    { version = "", model = null } = ground.meta.about ?? {},
    { id, title, request } = journey.scene;
  return {
    program: "mindmap-navigator",
    version,
    model: { name: model?.name ?? "", sha256: model?.sha256 ?? "" },
    atlas: ground.meta.atlas ?? "",
    scene: id ?? "",
    title: title || journey.roads[0]?.user || "",
    request: request ?? null,
    view: {
      token: player.at < 0 ? null : player.at,
      road: player.which,
      reading: player.strip.reading,
      seen: player.view,
      camera: player.camera(),
    },
  };
}
