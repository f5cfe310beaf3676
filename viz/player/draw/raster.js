// A vector picture as pixels.
import { withText } from "./png.js";

/** An SVG of width x height CSS pixels as a PNG, so many times as large. A picture sees no font of the page, so its letters should be paths. Rejects where the browser cannot read it. */
export async function rasterOf(svg, width, height, times, recipe) {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = Object.assign(new Image(), { src: url });
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), {
      width: Math.round(width * times),
      height: Math.round(height * times),
    });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise((done) => canvas.toBlob(done, "image/png"));
    return withText(png, "Recipe", JSON.stringify(recipe));
  } finally {
    URL.revokeObjectURL(url);
  }
}
