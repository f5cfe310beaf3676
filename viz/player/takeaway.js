// What can be taken away from a player: its figure, its film, its page, its numbers, its words, and addresses of it.
import { rasterOf } from "./draw/raster.js";
import { embedSnippet } from "./embed.js";
import { figureOf } from "./figure.js";
import { filmKinds, filmOf } from "./film/film.js";
import { fileName, pictureOf } from "./frame.js";
import { Copy } from "./parts/copy.js";
import { FigureSheet } from "./parts/figure_sheet.js";
import { FilmSheet } from "./parts/film_sheet.js";
import { SaveMenu } from "./parts/save.js";
import { recipeOf } from "./recipe.js";

const TIMES = { screen: 2, 85: 2.2, 174: 2.2, wide: 2 }; // pixels each pixel of a figure: on paper that is 300 an inch
const TABLES = ["csv", "parquet", "json"];

/** The menu; what it opens is `sheetsOn`, once there is something to put it on. served: is there a server that makes pages and tables?; take: {outlines (a function that fetches letters as paths), link (a function: the address of just this, null where it is too long), page (a function: the address of a page in which this plays)}, all of them may be missing; sheet: address of the sheet for pupils. */
export function saveMenu(player, { served, take, sheet }) {
  const { say } = player,
    name = () => fileName(player.journey),
    made = () => player.take;
  const groups = [
    [
      ["figure", () => made().figures.show()],
      ["film", () => made().films.show()],
      ["page", served ? () => player.onEvent("save-page", { name: name() }) : null],
      ["sheet", sheet ? () => window.open(sheet, "mind-map-sheet") : null],
    ],
    TABLES.map((kind) => [kind, served ? () => player.onEvent("save-table", { kind, name: name() }) : null]),
    [
      ["link", take.link ? () => copyLink(player, take.link(), served) : null],
      ["embed", () => made().copy.text(embedOf(player, take.page), say("save.embed_done"))],
      ["caption", () => made().copy.text(player.journey.scene.caption ?? "", say("save.caption_done"))],
    ],
  ];
  return new SaveMenu(say, groups);
}

/** {copy, figures, films, destroy()}: what lies over the player. */
export function sheetsOn(player, host, take) {
  const { say } = player,
    name = () => fileName(player.journey),
    said = (words) => player.notify(words);
  const copy = new Copy(host, say, said),
    films = new FilmSheet(host, say, { film: (options) => filmOf(player, options), kinds: filmKinds, name, said });
  const figures = new FigureSheet(host, say, {
    figure: (options) => figureOf(player, options),
    picture: (options) => pngOf(player, options, take.outlines),
    outlines: take.outlines ?? null,
    times: (size) => TIMES[size],
    pause: () => player.setClock({ ...player.clock, playing: false }),
    name,
    said,
  });
  return { copy, figures, films, destroy: () => (films.stop(), figures.forget()) };
}

/** A figure in pixels. As it is on screen it is drawn, else taken from the vectors. */
export async function pngOf(player, options, outlines = null) {
  const { size = "screen", look = "light", caption = true, crop = false } = options;
  if (size === "screen" && look === "light" && caption && !crop) return (await pictureOf(player)).png;
  const { svg, width, height } = figureOf(player, { size, look, caption, crop, outlines: outlines && (await outlines()) });
  return rasterOf(svg, width, height, TIMES[size], recipeOf(player));
}

function embedOf(player, page) {
  const { scene, roads } = player.journey;
  return embedSnippet({ src: page?.() ?? `${fileName(player.journey)}.html`, title: scene.title || roads[0]?.user || "" });
}

function copyLink(player, link, served) {
  const { say, take } = player;
  if (!link) return player.notify(say("save.link_long"));
  return take.copy.text(link, say(served ? "save.link_done" : "save.link_page_done"));
}
