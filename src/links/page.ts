import type { Language } from "./words.ts";

/** How a workspace's pages look. */
export interface Look {
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

/** Black or white, whichever is easier to read on the colour: one of them always has a contrast of 4.5 (WCAG 2.2, 1.4.3). */
export const readableOn = (color: string): "#000000" | "#ffffff" => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((from) => {
    const part = Number.parseInt(color.slice(from, from + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? "#000000" : "#ffffff";
};

const styleOf = (accent: string): string => `
:root{color-scheme:light dark;--ground:#f4f5f7;--card:#ffffff;--text:#1a1d21;--soft:#4d545c;--line:#7b838c;--accent:${accent};--on-accent:${readableOn(accent)}}
@media (prefers-color-scheme:dark){:root{--ground:#111315;--card:#1c1f22;--text:#eceef0;--soft:#b6bcc3;--line:#8a929a}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
main{max-width:34rem;margin:0 auto;padding:1.5rem 1rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem}
header{margin-bottom:1rem;font-weight:600}
header img{display:block;max-width:100%;max-height:3rem}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 .75rem}
p{margin:0 0 1rem;overflow-wrap:anywhere}
.soft{color:var(--soft)}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:0 0 1rem;padding:.5rem 1rem}
legend{font-weight:600;padding:0 .35rem;max-width:100%;overflow-wrap:anywhere}
label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem}
input[type=checkbox]{width:1.35rem;height:1.35rem;flex:none;accent-color:var(--accent)}
form+p{margin:1rem 0 0}
.row{display:flex;flex-wrap:wrap;gap:.75rem}
button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.25rem;border-radius:.5rem;border:2px solid var(--line);background:transparent;color:inherit;cursor:pointer}
button.main{background:var(--accent);border-color:var(--text);color:var(--on-accent)}
a{color:inherit}
:focus-visible{outline:3px solid var(--text);outline-offset:3px}
[role=status]{border-inline-start:.3rem solid var(--accent);padding:.5rem .75rem;margin:0 0 1rem;background:var(--ground)}
@media (max-width:26rem){.row button{width:100%}}
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
<title>${escapeHtml(title)} · ${name}</title>
<style nonce="${nonce}">${styleOf(look.color ?? ACCENT)}</style>
</head>
<body>
<main>
<header>${head}</header>
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

/** What no cache, no search engine and no other site is to have. */
export const unlisted: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // For browsers that do not know frame-ancestors.
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex, nofollow",
};
