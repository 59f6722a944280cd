import { directionOf } from "../locales.ts";
import type { Theme } from "./block.ts";

const light = { background: "#f4f4f5", surface: "#ffffff", text: "#18181b", muted: "#5f6570", primary: "#2563eb", onPrimary: "#ffffff" };
const dark = { background: "#0f0f12", surface: "#1c1c21", text: "#f4f4f5", muted: "#a1a1aa", primary: "#60a5fa", onPrimary: "#0f172a" };
const lines = { light: "#e4e4e7", dark: "#3f3f46" };
const fontByDefault = "-apple-system, BlinkMacSystemFont, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif";

type Palette = typeof light;

/** How the blocks of one body look: colours of the light palette, and where its language begins a line. */
export interface Look extends Readonly<Palette> {
  readonly line: string;
  readonly radius: number;
  readonly font: string;
  /** Style of links. */
  readonly link: string;
  readonly direction: "ltr" | "rtl";
  readonly start: "left" | "right";
  readonly end: "left" | "right";
}

/** Of the mail, pixels. */
export const widthOf = (theme: Theme | undefined): number => theme?.width ?? 600;

const withColours = (base: Palette, own: { readonly [Name in keyof Palette]?: string | undefined }): Palette => ({
  background: own.background ?? base.background,
  surface: own.surface ?? base.surface,
  text: own.text ?? base.text,
  muted: own.muted ?? base.muted,
  primary: own.primary ?? base.primary,
  onPrimary: own.onPrimary ?? base.onPrimary,
});

/** The look of a theme in a locale. */
export const lookOf = (theme: Theme | undefined, locale: string): Look => {
  const palette = withColours(light, theme ?? {});
  const direction = directionOf(locale);
  return {
    ...palette,
    line: lines.light,
    radius: theme?.radius ?? 8,
    font: theme?.font ?? fontByDefault,
    link: `color:${palette.primary};text-decoration:underline`,
    direction,
    start: direction === "ltr" ? "left" : "right",
    end: direction === "ltr" ? "right" : "left",
  };
};

/**
 * The head of a mail of blocks. Its styles are the theme, light and dark: a layout's reach the mails that are put into it, whose
 * own colours and font were compiled without knowing it. Blocks that name their own colours keep them: they have no class.
 */
export const headOf = (theme: Theme | undefined, look: Look): string =>
  [
    `<mj-attributes><mj-all font-family="${look.font}" /><mj-section padding="0" /></mj-attributes>`,
    '<mj-raw><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></mj-raw>',
    // Word, which Outlook shows mails with, takes Times where it does not know the first font of a list.
    "<mj-raw><!--[if mso]><style>* { font-family: Arial, sans-serif !important; }</style><![endif]--></mj-raw>",
    `<mj-style>${stylesOf(theme, look)}</mj-style>`,
  ].join("");

/** Pixels. A screen that is no wider than the mail shows it from edge to edge. */
const edges = 20;

const stylesOf = (theme: Theme | undefined, look: Look): string => `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
.t-text div, .t-text h1, .t-text h2, .t-text h3, .t-muted div, .t-button td, .t-button a { font-family: ${look.font} !important; }
${rulesOf(look, lines.light)}
@media (prefers-color-scheme: dark) {
${rulesOf(withColours(dark, theme?.dark ?? {}), lines.dark)}
}
@media only screen and (min-width: ${widthOf(theme) + edges}px) {
.t-first, .t-first > table { border-radius: 12px 12px 0 0 !important; overflow: hidden; }
.t-last, .t-last > table { border-radius: 0 0 12px 12px !important; overflow: hidden; }
.t-first.t-last, .t-first.t-last > table { border-radius: 12px !important; }
}
@media only screen and (max-width: ${widthOf(theme) + edges - 1}px) { .t-space { display: none !important; } }
@media only screen and (max-width: 479px) {
.t-column > table > tbody > tr > td { padding-left: 24px !important; padding-right: 24px !important; padding-bottom: 16px !important; }
}`;

const rulesOf = (colours: Palette, line: string): string => `
body, body > div { background-color: ${colours.background} !important; }
.t-surface, .t-surface > table { background: ${colours.surface} !important; background-color: ${colours.surface} !important; }
.t-text div, .t-text h1, .t-text h2, .t-text h3, .t-text p, .t-text li, .t-text td { color: ${colours.text} !important; }
.t-muted div, .t-muted p, .t-muted td, .t-muted span, .t-text .t-note { color: ${colours.muted} !important; }
.t-text a.t-link, .t-muted a.t-link { color: ${colours.primary} !important; }
.t-button td, .t-button a { background: ${colours.primary} !important; color: ${colours.onPrimary} !important; }
.t-line p { border-top-color: ${line} !important; }`;
