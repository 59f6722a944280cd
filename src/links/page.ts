import type { Language } from "./words.ts";

/** How a workspace's pages look. */
export interface Look {
  /** "": of no workspace. */
  readonly name: string;
  /** "#rrggbb" */
  readonly color?: string | undefined;
  /** https */
  readonly logo?: string | undefined;
}

export const escapeHtml = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#39;");

/** Languages written from right to left, those that are so in every country (CLDR, layout.orientation). */
const RIGHT_TO_LEFT = /^(?:ar|arc|ckb|dv|fa|he|iw|ks|lrc|mzn|nqo|pnb|ps|sd|syr|ug|ur|yi)(?:-|$)/i;
/** A script that a tag names decides. */
const SCRIPT = /^[a-z]{2,3}-(?:(arab|hebr|syrc|thaa|nkoo|adlm)|[a-z]{4})(?:-|$)/i;

export const directionOf = (tag: string): "ltr" | "rtl" => {
  const script = SCRIPT.exec(tag);
  const isRight = script === null ? RIGHT_TO_LEFT.test(tag) : script[1] !== undefined;
  return isRight ? "rtl" : "ltr";
};

const ACCENT = "#1f4fd8";

const luminanceOf = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((from) => {
    const part = Number.parseInt(color.slice(from, from + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** Contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance). */
export const contrastOf = (a: string, b: string): number => {
  const [high = 0, low = 0] = [luminanceOf(a), luminanceOf(b)].toSorted((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};

/** Black or white, whichever is easier to read on the colour: one of them always has a contrast of 4.5 (WCAG 2.2, 1.4.3). */
export const readableOn = (color: string): "#000000" | "#ffffff" =>
  contrastOf(color, "#000000") >= contrastOf(color, "#ffffff") ? "#000000" : "#ffffff";

/** `line` bounds what can be operated, `edge` only adorns. */
export const schemes = {
  light: { ground: "#f3f4f6", card: "#ffffff", text: "#1a1d21", soft: "#4d545c", line: "#7b838c", edge: "#e2e5e9" },
  dark: { ground: "#111315", card: "#1b1e21", text: "#eceef0", soft: "#b6bcc3", line: "#8a929a", edge: "#33383d" },
} as const;

/** The workspace's colour where it stands out from the card, else the text's: buttons are seen on any (WCAG 2.2, 1.4.11). */
const inkOn = (accent: string, { card, text }: (typeof schemes)[keyof typeof schemes]): string =>
  contrastOf(accent, card) >= 3 ? accent : text;

const variablesOf = (accent: string, scheme: (typeof schemes)[keyof typeof schemes]): string =>
  Object.entries({ ...scheme, ink: inkOn(accent, scheme) })
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");

const styleOf = (accent: string): string => `
:root{color-scheme:light dark;--accent:${accent};--on-accent:${readableOn(accent)};${variablesOf(accent, schemes.light)}}
@media (prefers-color-scheme:dark){:root{${variablesOf(accent, schemes.dark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.55 system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:clamp(1.5rem,6vh,4rem) 1rem 2rem}
.card{background:var(--card);border:1px solid var(--edge);border-radius:1rem;padding:clamp(1.25rem,6vw,2.25rem);box-shadow:0 1px 2px #0000000d,0 .5rem 1.5rem #0000000d}
header{margin:0 .25rem 1rem;font-weight:650;overflow-wrap:anywhere}
header img{display:block;max-width:100%;max-height:3rem}
h1{font-size:1.5rem;line-height:1.25;letter-spacing:-.01em;margin:0 0 .75rem;overflow-wrap:anywhere}
p{margin:0 0 1rem;overflow-wrap:anywhere}
.card>:last-child{margin-bottom:0}
.soft{color:var(--soft)}
fieldset{border:0;border-top:1px solid var(--edge);min-width:0;margin:0;padding:1.1rem 0 .6rem}
legend{float:left;width:100%;font-weight:650;padding:0;overflow-wrap:anywhere}
legend+*{clear:both}
fieldset p{margin:0}
.ways{display:flex;flex-wrap:wrap;column-gap:1.75rem}
label{display:flex;gap:.7rem;align-items:center;min-height:2.75rem;cursor:pointer}
input[type=checkbox]{width:1.3rem;height:1.3rem;margin:0;flex:none;accent-color:var(--ink)}
.row{display:flex;flex-wrap:wrap;gap:.75rem}
fieldset+.row{border-top:1px solid var(--edge);padding-top:1.25rem}
form+p{margin-top:1.25rem}
button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.25rem;border-radius:.6rem;border:1px solid var(--line);background:transparent;color:inherit;cursor:pointer}
button.main{background:var(--accent);border-color:var(--ink);color:var(--on-accent)}
button:hover{box-shadow:inset 0 0 0 1px var(--line)}
a{color:inherit;text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--text);outline-offset:3px}
[role=status]{border-inline-start:.25rem solid var(--ink);border-radius:.25rem;padding:.6rem .9rem;background:var(--ground)}
[role=status]:focus{outline:none}
@media (max-width:26rem){.row button{width:100%}.ways{flex-direction:column}}
@media (forced-colors:active){button.main{border-width:3px}}
`;

interface PageParts {
  readonly language: Language;
  readonly look: Look;
  readonly title: string;
  /** HTML, escaped already. */
  readonly body: string;
  readonly status?: number;
  /** Not for HEAD. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A page that works without scripts, runs none, loads nothing but the workspace's logo, and is kept by nobody. */
export const page = ({ language, look, title, body, status = 200, headers = {} }: PageParts): Response => {
  const nonce = crypto.randomUUID();
  const logo = look.logo === undefined ? undefined : new URL(look.logo);
  const name = escapeHtml(look.name);
  const head = logo === undefined ? name : `<img src="${escapeHtml(logo.href)}" alt="${name}">`;
  const html = `<!doctype html>
<html lang="${escapeHtml(language.tag)}" dir="${directionOf(language.tag)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${escapeHtml(title)}${name === "" ? "" : ` · ${name}`}</title>
<style nonce="${nonce}">${styleOf(look.color ?? ACCENT)}</style>
</head>
<body>
<main>
${head === "" ? "" : `<header>${head}</header>`}
<div class="card">
<h1>${escapeHtml(title)}</h1>
${body}
</div>
</main>
</body>
</html>
`;
  return new Response(html, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-language": language.tag,
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; img-src ${logo?.origin ?? "'none'"}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
      ...unlisted,
      ...headers,
    },
  });
};

/** What has just been done: where reading begins anew, so that it is read out. */
export const statusOf = (text: string): string => `<p role="status" tabindex="-1" autofocus>${escapeHtml(text)}</p>`;

/** What no cache, no search engine and no other site is to have. */
export const unlisted: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // For browsers that do not know frame-ancestors.
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex, nofollow",
};
