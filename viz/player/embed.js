// The text that puts a page of ours into another one: what a writer pastes into an editor. Text in, text out.

/** Addresses that a frame may have: relative ones, and these. Anything else (javascript:, data:) would be code or a copy. */
const SCHEMES = ["http:", "https:", "file:"];
const UNSAFE = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** An `iframe` of a page at 16:10, in which it shows the map, one line and one button. src: address of a saved page or of a page of the site, relative or of the web; title: what is said of it to whoever cannot see it; width: CSS pixels on a page that is wide enough. Throws a TypeError for an address that is neither. */
export function embedSnippet({ src, title, width = 700 }) {
  const wide = Math.max(1, Math.round(width)) || 700,
    style = `width:100%;max-width:${wide}px;height:auto;aspect-ratio:16/10;border:0`;
  // Scripts alone: the frame has no storage, opens nothing and cannot reach the page around it.
  return `<iframe src="${escaped(embedded(src))}" title="${escaped(title)}" width="${wide}" height="${Math.round(wide / 1.6)}" style="${style}" loading="lazy" sandbox="allow-scripts"></iframe>`;
}

/** The address with `embed` among what it asks for; what stands after a # stays where it is. */
function embedded(src) {
  const [page, ...rest] = String(src).trim().split("#"),
    scheme = /^[a-z][a-z0-9+.-]*:/i.exec(page)?.[0].toLowerCase();
  if (/[\u0000-\u001f]/.test(page) || (scheme && !SCHEMES.includes(scheme))) throw new TypeError(`Not an address of a page: ${src}`);
  const asks = /[?&]embed(?=[&=]|$)/.test(page) ? page : `${page}${page.includes("?") ? "&" : "?"}embed`;
  return [asks, ...rest].join("#");
}

/** Text as the value of an attribute. Half a character, which no file can hold, becomes the sign for one that is lost. */
function escaped(text) {
  const whole = String(text ?? "").replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
  return whole.replace(/[&<>"']/g, (sign) => UNSAFE[sign]);
}
