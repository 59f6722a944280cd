import type { MjmlError } from "mjml-browser";
import { loadMjml } from "./load.ts";
import type { MjmlProblem } from "./problem.ts";
import { protectLiquid } from "./protect.ts";

/** HTML with the source's Liquid in it. `head`: the style elements that it needs in the head of the mail it is put into. */
export interface CompiledMjml {
  readonly html: string;
  readonly head?: string;
}

export type MjmlResult =
  | { readonly ok: true; readonly compiled: CompiledMjml }
  | { readonly ok: false; readonly problems: readonly MjmlProblem[] };

/** Most elements of one source: the library's work per element is ours to bound. */
const maxElements = 5_000;
/** A carousel's styles grow with the square of its images. */
const maxCarouselImages = 50;
/** Rules that are to be inlined, times elements: each is tried on each. */
const maxInlining = 200_000;
/** Problems that are told of one source, and characters of each. */
const maxProblems = 50;
const maxMessage = 300;

/**
 * Makes HTML of MJML; the Liquid in it comes out as it went in. A `document` has `<mjml>` around it; a `fragment` is what
 * may stand in a body (sections and wrappers) and comes out as it would inside of one. `locale`: the language of a document
 * that does not say its own.
 */
export const compileMjml = async (source: string, form: "document" | "fragment", locale?: string): Promise<MjmlResult> => {
  const wrong = formProblem(source, form);
  if (wrong !== undefined) return { ok: false, problems: [wrong] };
  const safe = protectLiquid(form === "document" ? source : `<mjml><mj-body>${source}</mj-body></mjml>`);
  if (safe.problems.length > 0) return { ok: false, problems: safe.problems };
  const made = await run(safe.source);
  const problems = made.errors
    .filter(({ message }) => !isColourByLiquid(message, safe.holdsLiquid))
    .slice(0, maxProblems)
    .map(({ line, message }) => ({ line, message: sayInWords(message.slice(0, maxMessage), safe.holdsLiquid, safe.restore) }));
  if (problems.length > 0) return { ok: false, problems };
  const lost = safe.lost(made.html);
  if (lost.length > 0) return { ok: false, problems: lost };
  const html = withoutIndents(made.html);
  const compiled = form === "document" ? { html: inLanguage(html.trim(), locale) } : partsOf(html);
  return { ok: true, compiled: { html: safe.restore(compiled.html), ...("head" in compiled && { head: safe.restore(compiled.head) }) } };
};

/** What the library writes for people to read is a third of a mail, and Gmail cuts long ones off. */
const withoutIndents = (html: string): string =>
  /<(?:pre|textarea)\b|white-space\s*:\s*(?:pre|break)/i.test(html) ? html : html.replace(/[ \t]*\n\s*/g, "\n");

/** The library says "und" where a document says no language, in the two places that readers of screens look at. */
const inLanguage = (html: string, locale: string | undefined): string =>
  locale === undefined
    ? html
    : html.replace('<html lang="und"', `<html lang="${locale}"`).replace('role="article" lang="und"', `role="article" lang="${locale}"`);

interface Made {
  readonly html: string;
  readonly errors: readonly MjmlError[];
}

/** What the library makes of a source; where it stumbles over what its own validation refuses, only what that says. */
const run = async (source: string): Promise<Made> => {
  const mjml = await loadMjml();
  const options = { fonts: {}, keepComments: false, ignoreIncludes: true } as const;
  try {
    const { html, errors } = await mjml(source, { ...options, validationLevel: "soft" });
    return { html: withoutChance(html, source), errors };
  } catch (problem) {
    const errors = await mjml(source, { ...options, validationLevel: "strict" }).then(
      () => undefined,
      (refusal: unknown) => (refusal instanceof Error && "errors" in refusal ? (refusal.errors as readonly MjmlError[]) : undefined), // the library's ValidationError
    );
    return { html: "", errors: errors ?? [{ message: `MJML cannot read it: ${stumbleOf(problem)}` }] };
  }
};

const stumbleOf = (problem: unknown): string =>
  problem instanceof RangeError ? "it is nested too deeply" : problem instanceof Error ? problem.message : String(problem);

/** Navigation bars and carousels get random ids: numbers take their place, so that the same source makes the same HTML. */
const withoutChance = (html: string, source: string): string => {
  const found = Array.from(html.matchAll(/(?:id="|mj-carousel-)([0-9a-f]{16})\b/g), ([, id = ""]) => id);
  const random = [...new Set(found)].filter((id) => !source.includes(id));
  return random.reduce((text, id, index) => text.replaceAll(id, `mj${index}`), html);
};

/** What follows the white space, comments and XML declaration that a source may begin with. */
const withoutPrologue = (source: string): string => {
  let rest = source.trimStart();
  for (;;) {
    const close = rest.startsWith("<!--") ? "-->" : rest.startsWith("<?xml") ? ">" : undefined;
    const end = close === undefined ? -1 : rest.indexOf(close);
    if (close === undefined || end < 0) return rest.slice(0, 100);
    rest = rest.slice(end + close.length).trimStart();
  }
};

const formProblem = (source: string, form: "document" | "fragment"): MjmlProblem | undefined => {
  const isDocument = /^<mjml[\s>]/.test(withoutPrologue(source));
  if (form === "document" && !isDocument) return { line: 1, message: "has to begin with <mjml>" };
  if (form === "fragment" && isDocument)
    return { line: 1, message: "is put into a layout or another mail: it has sections and wrappers only, without <mjml> and <mj-body>" };
  if (/<mj-include[\s/>]/i.test(source)) {
    const at = source.search(/<mj-include[\s/>]/i);
    return { line: source.slice(0, at).split("\n").length, message: "mj-include reads files; use a partial instead" };
  }
  const elements = source.match(/<[a-z]/gi)?.length ?? 0;
  if (elements > maxElements) return { line: undefined, message: `has more than ${maxElements} elements` };
  if ((source.match(/<mj-carousel-image\b/gi)?.length ?? 0) > maxCarouselImages)
    return { line: undefined, message: `has more than ${maxCarouselImages} images in carousels` };
  const inlined = Array.from(source.matchAll(/<mj-style\b[^>]*\binline\b[^>]*>([^<]*)/gi), ([, css = ""]) => css.split(/[{,]/).length - 1);
  if (inlined.reduce((sum, rules) => sum + rules, 0) * elements > maxInlining)
    return { line: undefined, message: "has more styles to be inlined than so many elements may have; leave inline out" };
  return undefined;
};

/** MJML checks colours by their form; Liquid may stand for one, since nothing is reckoned with it. */
const isColourByLiquid = (message: string, holdsLiquid: (text: string) => boolean): boolean =>
  holdsLiquid(message) && /has invalid value: .* for type Color\b/s.test(message);

const sayInWords = (message: string, holdsLiquid: (text: string) => boolean, restore: (text: string) => string): string => {
  const [, attribute] = /^Attribute (\S+) has invalid value/.exec(message) ?? [];
  return attribute !== undefined && holdsLiquid(message)
    ? `${attribute} cannot be Liquid: MJML reckons with it when the template is saved (${restore(message).trim()})`
    : message.trim().replace("mj-raw cannot be used inside", "mj-raw, and so Liquid, cannot be used inside");
};

/** What stands in the body of the library's document, and the styles it has put into the head for that. */
const partsOf = (html: string): { readonly html: string; readonly head: string } => {
  const body = /<body[^>]*>\s*<div[^>]*>([\s\S]*)<\/div>\s*<\/body>/.exec(html)?.[1];
  if (body === undefined) throw new Error("expected the MJML library to wrap the body in one div");
  const styles = Array.from(html.slice(0, html.indexOf("<body")).matchAll(/<style[^>]*>[\s\S]*?<\/style>/g), ([style]) => style);
  // The first is what every mail of the library begins with; the document this is put into has it.
  return {
    html: body.trim(),
    head: styles
      .slice(1)
      .filter((style) => !/<style[^>]*>\s*<\/style>/.test(style) && !style.includes("mj-outlook-group-fix"))
      .join("\n"),
  };
};
