/** What the device of a reader is set to. */
export type Scheme = "light" | "dark";

const grounds = { light: "color:#1a1a1a;background:#fff", dark: "color:#e8e8e8;background:#1a1a1a" };

/**
 * A mail's HTML as a document for a frame with `sandbox=""`: our policy comes before anything of the mail's, so that a
 * policy, base or refresh inside the mail can only narrow it. Of the mail's text only the questions for the device's colours
 * are changed, so that they are answered by the switch and not by the device of whoever previews it.
 */
export const emailDocument = (html: string, pictures: boolean, scheme: Scheme = "light"): string =>
  `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:${pictures ? " https:" : ""}; font-src data:; form-action 'none'; base-uri 'none'"><meta name="referrer" content="no-referrer"><base target="_blank"><style>body{margin:16px;font-family:system-ui,sans-serif;${grounds[scheme]};color-scheme:${scheme};overflow-wrap:anywhere}img{max-width:100%}</style>${asIfOn(html, scheme)}<style>:root,body{color-scheme:${scheme} !important}</style>`;

/** A width that every screen has, and one that none has, stand for yes and no. */
const asIfOn = (html: string, scheme: Scheme): string =>
  html.replace(/\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi, (_, asked: string) =>
    asked.toLowerCase() === scheme ? "(min-width: 0px)" : "(max-width: 0px)",
  );
