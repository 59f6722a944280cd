import {
  Hash,
  Tag,
  TokenizationError,
  type Context,
  type Emitter,
  type Liquid,
  type TagToken,
  type Template,
  type Token,
  toValueSync,
} from "liquidjs";
import { CountedEmitter } from "./budget.ts";
import { escapes } from "./escaping.ts";
import { htmlToText } from "./html-to-text.ts";
import { parsedOf } from "./parsed.ts";
import { contentOf, maxDepth, pieceOf } from "./pieces.ts";
import { PrintContext } from "./print-context.ts";
import { explain, Unprintable } from "./unprintable.ts";

/** Keys of partials that were named since `namedPartials` began. */
let named: Set<string> | undefined;

/** The partials that are named by what `parse` parses. */
export const namedPartials = (parse: () => void): ReadonlySet<string> => {
  const outer = named;
  const found = (named = new Set());
  try {
    parse();
  } finally {
    named = outer;
  }
  return found;
};

/** The engines, given by who makes them: a partial in text is HTML made into text where it has no text of its own. */
export interface Engines {
  readonly html: () => Liquid;
  readonly text: () => Liquid;
  readonly mrkdwn: () => Liquid;
}

/**
 * `{% partial "footer", year: 2026 %}`: the partial's content over all that the template sees, and what the tag gives it. The
 * key is written out, so that what a template is made of is known when it is saved.
 */
export const partialTag = (mode: keyof Engines, engines: Engines) =>
  class PartialTag extends Tag {
    readonly key: string;
    readonly given: Hash;
    constructor(token: TagToken, remaining: Token[], liquid: Liquid) {
      super(token, remaining, liquid);
      const [, quote, key, rest = ""] = /^\s*(["'])([a-z0-9][a-z0-9-]*)\1\s*(,[\s\S]*|)$/.exec(token.args) ?? [];
      if (quote === undefined || key === undefined)
        throw new TokenizationError('a partial is named by its key in quotes: {% partial "footer" %}', token);
      this.key = key;
      this.given = new Hash(rest);
      named?.add(key);
    }
    *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
      if (!(context instanceof PrintContext)) throw new Error("expected partials to be printed in our own context");
      const given = (yield this.given.render(context)) as object; // Hash renders an object
      context.push(given);
      try {
        print(context, emitter, { key: this.key, mode, engines });
      } finally {
        context.pop();
      }
    }
  };

interface Printing {
  readonly key: string;
  readonly mode: keyof Engines;
  readonly engines: Engines;
}

const print = (context: PrintContext, emitter: Emitter, { key, mode, engines }: Printing): void => {
  const { settings, within } = context;
  if (within.length >= maxDepth) throw new Unprintable(`partials are nested deeper than ${maxDepth}: ${[...within, key].join(", ")}`);
  const content = contentOf(pieceOf(settings.pieces, "partial", key), settings.locale);
  within.push(key);
  const run = (engine: Liquid, path: string, source: string, out: Emitter): void => {
    try {
      const templates: Template[] = parsedOf(engine, content.owner, path, source);
      toValueSync(engine.renderer.renderTemplates(templates, context, out));
    } catch (problem) {
      throw explain(problem, { path: `partial "${key}"`, written: path === "html" ? content.written : undefined });
    }
  };
  if (mode === "html") {
    run(engines.html(), "html", content.html, emitter);
    if (content.head !== undefined && content.head !== "") settings.styles?.add(content.head);
  } else if (content.text !== undefined) run(engines[mode](), mode, content.text, emitter);
  else {
    const html = new CountedEmitter((text) => settings.budget.memory.use(text.length));
    run(engines.html(), "html", content.html, html);
    const text = htmlToText(html.buffer);
    emitter.write(escapes[mode].call({ context }, text));
  }
  within.pop();
};

/** `{% unsubscribe_url %}` prints what `{{ unsubscribe_url }}` prints. */
export const linkTag = (name: string) =>
  class LinkTag extends Tag {
    readonly templates: readonly Template[];
    constructor(token: TagToken, remaining: Token[], liquid: Liquid) {
      super(token, remaining, liquid);
      this.templates = liquid.parse(`{{ ${name} }}`);
    }
    *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
      yield this.liquid.renderer.renderTemplates(this.templates, context, emitter);
    }
  };
