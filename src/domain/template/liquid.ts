import { analyzeSync, Drop, Output, toValueSync, Value } from "liquidjs";
import type { Json } from "../json.ts";
import { CountedEmitter, limits, printValue } from "./budget.ts";
import type { PrintMode } from "./contents/content-kind.ts";
import { engineOf } from "./engine.ts";
import { lineAt, liquidPieces } from "./liquid-pieces.ts";
import { parsedOf } from "./parsed.ts";
import { PrintContext, type PrintSettings } from "./print-context.ts";
import { explain, Unprintable, type Written } from "./unprintable.ts";

export { Unprintable } from "./unprintable.ts";
export type { PrintSettings } from "./print-context.ts";

/** One piece of Liquid: `owner` is the definition's content object, under which the parsed form is kept. */
export interface Source {
  readonly owner: object;
  readonly path: string;
  readonly source: string;
  readonly mode: PrintMode;
  /** Where its Liquid was written, where it was compiled. */
  readonly written?: Written | undefined;
}

/** Prints one piece. `more`: variables beside the scope's. Throws Unprintable for whatever is wrong with the template or its data. */
export function renderSource(source: Source, settings: PrintSettings, more?: object): string {
  const { budget } = settings;
  const emitter = new CountedEmitter((text) => budget.emit(text));
  try {
    const context = PrintContext.over(settings, engineOf(source.mode), more);
    toValueSync(engineOf(source.mode).renderer.renderTemplates(parsed(source), context, emitter));
  } catch (problem) {
    throw explain(problem, source);
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
    const context = PrintContext.over(settings, engine);
    value = toValueSync(new Value(only.token.input.slice(...only.token.contentRange), engine).value(context, false));
    settings.budget.emit(JSON.stringify(value) ?? "");
  } catch (problem) {
    throw explain(problem, source);
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
  const long = liquidPieces(source).find(({ text, isVerbatim }) => !isVerbatim && text.length > limits.piece);
  if (long !== undefined) {
    const line = lineAt(source, long.start);
    throw new Unprintable(`${path}, line ${line}: one {{ }} or {% %} has at most ${limits.piece} characters`, line);
  }
  try {
    engineOf(mode).parse(source);
  } catch (problem) {
    throw explain(problem, { path });
  }
}

/** What a piece expects to be given: each name once, with the field of it that is read, if one is. The piece has to parse. */
export function namesIn(source: string, mode: PrintMode): readonly { readonly name: string; readonly field: string | undefined }[] {
  const { globals } = analyzeSync(engineOf(mode).parse(source), { partials: false });
  const names = Object.values(globals).flatMap((uses) =>
    uses.map((use) => {
      const [name, field] = use.toArray();
      return { name: String(name), field: typeof field === "string" ? field : undefined };
    }),
  );
  return [...new Map(names.map((one) => [`${one.name}.${one.field ?? ""}`, one])).values()];
}

/** Line breaks and other control characters would end a header and begin another. */
function toLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

const parsed = ({ mode, owner, path, source }: Source) => parsedOf(engineOf(mode), owner, path, source);
