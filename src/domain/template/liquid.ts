import { CaptureTag, Context, Drop, Liquid, Output, toValueSync, Value } from "liquidjs";
import type { Filter, FilterThis, LiquidOptions, Template } from "liquidjs";
import type { Json } from "../json.ts";
import type { RenderScope } from "../message/message.ts";
import { type Budget, CountedEmitter, limits, OverBudget, printValue } from "./budget.ts";
import type { PrintMode } from "./contents/content-kind.ts";

/** A piece of Liquid that cannot be printed. The message is for people; `line` is 1-based where known. */
export class Unprintable extends Error {
  readonly line: number | undefined;
  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/** One piece of Liquid: `owner` is the definition's content object, under which the parsed form is kept. */
export interface Source {
  readonly owner: object;
  readonly path: string;
  readonly source: string;
  readonly mode: PrintMode;
}

export interface PrintSettings {
  readonly scope: RenderScope;
  readonly now: number;
  readonly locale: string;
  readonly lenient: boolean;
  readonly budget: Budget;
}

/** Prints one piece. Throws Unprintable for whatever is wrong with the template or its data. */
export function renderSource(source: Source, settings: PrintSettings): string {
  const { budget } = settings;
  const emitter = new CountedEmitter((text) => budget.emit(text));
  try {
    const context = new PrintContext(settings, engineOf(source.mode));
    toValueSync(engineOf(source.mode).renderer.renderTemplates(parsed(source), context, emitter));
  } catch (problem) {
    throw explain(problem, source.path);
  }
  return source.mode === "line" ? toLine(emitter.buffer) : emitter.buffer;
}

/**
 * What a piece stands for as a value: one that is exactly one `{{ … }}` keeps its value's type (a number, true or false, a
 * list, an object; null for nothing), any other piece is text. Throws Unprintable as `renderSource` does, and for values
 * that JSON cannot hold.
 */
export function evaluateSource(source: Source, settings: PrintSettings): Json {
  const engine = engineOf(source.mode);
  let value: unknown;
  try {
    const [only, ...others] = parsed(source);
    if (!(only instanceof Output) || others.length > 0) return renderSource(source, settings);
    const context = new PrintContext(settings, engine);
    value = toValueSync(new Value(only.token.input.slice(...only.token.contentRange), engine).value(context, false));
    settings.budget.emit(JSON.stringify(value) ?? "");
  } catch (problem) {
    throw explain(problem, source.path);
  }
  return toJson(value, source.path);
}

/** Data from the scope is JSON already; what filters make of it may not be. */
function toJson(value: unknown, path: string): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (Number.isFinite(value)) return value;
    throw new Unprintable(`${path}: the result is not a number`);
  }
  if (Array.isArray(value)) return value.map((element) => toJson(element, path));
  if (value instanceof Drop && value.valueOf() !== value) return toJson(value.valueOf(), path);
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toJson(field, path)] as const));
  return printValue(value);
}

/** Parses one piece without keeping it. Throws Unprintable with the line. */
export function parseSource(source: string, mode: PrintMode, path: string): void {
  try {
    engineOf(mode).parse(source);
  } catch (problem) {
    throw explain(problem, path);
  }
}

/** Parsed pieces by the content object they stand in: they live as long as the catalog that holds the definition. */
const cache = new WeakMap<object, Map<string, Template[]>>();

function parsed(source: Source): Template[] {
  let pieces = cache.get(source.owner);
  if (!pieces) cache.set(source.owner, (pieces = new Map<string, Template[]>()));
  let templates = pieces.get(source.path);
  if (!templates) pieces.set(source.path, (templates = engineOf(source.mode).parse(source.source)));
  return templates;
}

/** Line breaks and other control characters would end a header and begin another. */
function toLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/** Gives the date filters their instant, and reads null as missing (docs/language.md, Filters: null, a missing path and "" are absent). */
class PrintContext extends Context {
  readonly now: number;
  constructor(settings: PrintSettings, engine: Liquid) {
    // A copy, because `increment` writes into it; month and day names follow the template's locale.
    super(
      { ...settings.scope, ...settings.scope.links },
      { ...engine.options, locale: settings.locale },
      { sync: true, strictVariables: !settings.lenient },
      { memoryLimit: settings.budget.memory, renderLimit: settings.budget.steps, liquid: engine },
    );
    this.now = settings.now;
  }
  override readProperty(object: unknown, key: unknown): unknown {
    return (object ?? undefined) === undefined ? undefined : (super.readProperty(object, key) ?? undefined);
  }
}

/** liquidjs collects what `capture` holds without any limit. */
class CountedCaptureTag extends CaptureTag {
  *render(context: Context): Generator<unknown, void, unknown> {
    const emitter = new CountedEmitter((text) => context.memoryLimit.use(text.length));
    yield this.liquid.renderer.renderTemplates(this.templates, context, emitter);
    context.bottom()[this.variable] = emitter.buffer;
  }
}

/** Tags that read files: templates have none (partials by key come with their own tag). */
const withoutFiles = ["include", "render", "layout", "block"];
/** Filters that answer differently each time: a message must come out the same whenever it is rendered. */
const random = ["sample", "shuffle"];
const dateFilters = ["date", "date_to_xmlschema", "date_to_rfc822", "date_to_string", "date_to_long_string"];

const engines: { html?: Liquid; text?: Liquid } = {};

/** The engine that escapes values, or the one that does not; made on first use, so that start-up pays nothing. */
function engineOf(mode: PrintMode): Liquid {
  return mode === "html" ? (engines.html ??= makeEngine(escapeValue)) : (engines.text ??= makeEngine(countValue));
}

function makeEngine(outputEscape: NonNullable<LiquidOptions["outputEscape"]>): Liquid {
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
  for (const name of dateFilters) engine.registerFilter(name, withNow(engine.filters[name]));
  engine.registerTag("capture", CountedCaptureTag);
  return engine;
}

/** "now" and "today" are the instant the message is rendered for, not the machine's clock. */
function withNow(filter: Liquid["filters"][string] | undefined): Filter {
  if (typeof filter !== "function") throw new Error("expected liquidjs to have the date filters as functions");
  return function (value, ...rest) {
    const isNow = value === "now" || value === "today";
    return filter.call(this, isNow && this.context instanceof PrintContext ? new Date(this.context.now).toISOString() : value, ...rest);
  };
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };

function escapeValue(this: FilterThis, value: unknown): string {
  const text = printValue(value);
  this.context.memoryLimit.use(text.length);
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}

function countValue(this: FilterThis, value: unknown): string {
  const text = printValue(value);
  this.context.memoryLimit.use(text.length);
  return text;
}

/** Turns whatever liquidjs throws into a sentence with the piece's path and line. */
function explain(problem: unknown, path: string): Unprintable {
  const cause = rootOf(problem);
  if (cause instanceof Unprintable) return cause;
  if (cause instanceof OverBudget) return new Unprintable(`${path}: ${cause.message}`);
  if (!(problem instanceof Error)) throw problem;
  const token = "token" in problem ? (problem.token as { getPosition(): [number, number]; getText(): string } | undefined) : undefined;
  const line = token?.getPosition()[0];
  if (problem.name === "RenderError" && "originalError" in problem && problem.originalError !== problem) {
    // The outer error only wraps the one with the exact place.
    const inner = problem.originalError;
    if (inner instanceof Error && inner.name === "UndefinedVariableError") return explain(inner, path);
  }
  const where = line === undefined ? path : `${path}, line ${line}`;
  if (problem.name === "UndefinedVariableError")
    return new Unprintable(`missing variable ${token?.getText() ?? cause.message} in ${where}`, line);
  return new Unprintable(`${where}: ${cause.message.replace(/, (?:file:[^,]*, )?line:\d+.*$/s, "")}`, line);
}

function rootOf(problem: unknown): Error {
  let current = problem;
  for (let depth = 0; depth < 5; depth += 1) {
    if (!(current instanceof Error) || !("originalError" in current) || !(current.originalError instanceof Error)) break;
    current = current.originalError;
  }
  return current instanceof Error ? current : new Error(String(current));
}
