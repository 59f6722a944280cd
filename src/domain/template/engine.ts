import { CaptureTag, type Context, Liquid } from "liquidjs";
import { CountedEmitter, limits } from "./budget.ts";
import type { PrintMode } from "./contents/content-kind.ts";
import { countedOperators, countFilters } from "./counting.ts";
import { addEscapeFilters, escapes } from "./escaping.ts";
import { addFilters } from "./filters.ts";
import { linkTag, partialTag, type Engines } from "./partial-tag.ts";

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

/** What values are escaped for. */
type Kind = keyof typeof escapes;

const made: { [Name in Kind]?: Liquid } = {};
const engines: Engines = {
  html: () => (made.html ??= makeEngine("html")),
  text: () => (made.text ??= makeEngine("text")),
  mrkdwn: () => (made.mrkdwn ??= makeEngine("mrkdwn")),
};

/** The engine that escapes values as the place asks for; made on first use, so that start-up pays nothing. */
export const engineOf = (mode: PrintMode): Liquid => engines[mode === "line" ? "text" : mode]();

function makeEngine(kind: Kind): Liquid {
  const engine = new Liquid({
    cache: false,
    strictFilters: true,
    ownPropertyOnly: true,
    // `{{ x | default: "y" }}` and `{% if x %}` may name what is missing.
    lenientIf: true,
    parseLimit: limits.source,
    locale: "en-US",
    timezoneOffset: 0,
    operators: countedOperators(),
    outputEscape: escapes[kind],
  });
  for (const tag of withoutFiles) delete engine.tags[tag];
  for (const filter of random) delete engine.filters[filter];
  addFilters(engine);
  if (kind === "html") addEscapeFilters(engine);
  countFilters(engine);
  engine.registerTag("capture", CountedCaptureTag);
  engine.registerTag("partial", partialTag(kind, engines));
  for (const name of links) engine.registerTag(name, linkTag(name));
  return engine;
}
