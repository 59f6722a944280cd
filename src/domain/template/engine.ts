import { CaptureTag, type Context, Liquid } from "liquidjs";
import type { FilterThis, LiquidOptions } from "liquidjs";
import { CountedEmitter, limits, printValue } from "./budget.ts";
import type { PrintMode } from "./contents/content-kind.ts";
import { addFilters } from "./filters.ts";
import { linkTag, partialTag } from "./partial-tag.ts";

/** liquidjs collects what `capture` holds without any limit. */
class CountedCaptureTag extends CaptureTag {
  *render(context: Context): Generator<unknown, void, unknown> {
    const emitter = new CountedEmitter((text) => context.memoryLimit.use(text.length));
    yield this.liquid.renderer.renderTemplates(this.templates, context, emitter);
    context.bottom()[this.variable] = emitter.buffer;
  }
}

/** Tags that read files: templates have none; what they share are partials, by key. */
const withoutFiles = ["include", "render", "layout", "block"];
/** Filters that answer differently each time: a message must come out the same whenever it is rendered. */
const random = ["sample", "shuffle"];
/** Links of a message that templates may print by a tag too. */
const links = ["unsubscribe_url", "preferences_url", "view_in_browser_url"];

const made: { html?: Liquid; text?: Liquid } = {};
const engines = {
  html: (): Liquid => (made.html ??= makeEngine("html", escapeValue)),
  text: (): Liquid => (made.text ??= makeEngine("text", countValue)),
};

/** The engine that escapes values, or the one that does not; made on first use, so that start-up pays nothing. */
export const engineOf = (mode: PrintMode): Liquid => (mode === "html" ? engines.html() : engines.text());

function makeEngine(mode: "html" | "text", outputEscape: NonNullable<LiquidOptions["outputEscape"]>): Liquid {
  const engine = new Liquid({
    cache: false,
    strictFilters: true,
    ownPropertyOnly: true,
    // `{{ x | default: "y" }}` and `{% if x %}` may name what is missing.
    lenientIf: true,
    parseLimit: limits.source,
    locale: "en-US",
    timezoneOffset: 0,
    outputEscape,
  });
  for (const tag of withoutFiles) delete engine.tags[tag];
  for (const filter of random) delete engine.filters[filter];
  addFilters(engine);
  engine.registerTag("capture", CountedCaptureTag);
  engine.registerTag("partial", partialTag(mode, engines));
  for (const name of links) engine.registerTag(name, linkTag(name));
  return engine;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };

/** HTML that is already made: what a layout prints as its content. */
export class MadeHtml {
  readonly html: string;
  constructor(html: string) {
    this.html = html;
  }
}

function escapeValue(this: FilterThis, value: unknown): string {
  if (value instanceof MadeHtml) return value.html;
  const text = printValue(value);
  this.context.memoryLimit.use(text.length);
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}

function countValue(this: FilterThis, value: unknown): string {
  const text = printValue(value);
  this.context.memoryLimit.use(text.length);
  return text;
}
