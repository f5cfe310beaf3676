// A file for whoever looks at the page.
import { el } from "./dom.js";

export function download(blob, name) {
  const url = URL.createObjectURL(blob),
    link = el("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000); // some browsers read it after the click has returned
}
