/**
 * The part of liquidjs that we use, typed by hand: its own declarations pull in all of Node's types, which would open
 * the wall around src/domain (tsconfig.json, `paths`). Bundlers and Node ignore this file and load the library itself.
 */
export interface Template {
  readonly token: Token;
}

export interface Token {
  readonly file?: string;
  /** What it was cut out of. */
  readonly input: string;
  getText(): string;
  /** 1-based line and column. */
  getPosition(): [number, number];
}

/** What every filter and tag sees. Sub-classed to give templates an instant and to read null as missing. */
export declare class Context {
  constructor(
    environments: object,
    options: LiquidOptions,
    renderOptions: { readonly sync: boolean; readonly strictVariables: boolean },
    limits: { readonly memoryLimit: Limiter; readonly renderLimit: Limiter; readonly liquid: Liquid },
  );
  readonly memoryLimit: Limiter;
  bottom(): Record<string, unknown>;
  push(scope: object): void;
  pop(): void;
  spawn(scope?: object): Context;
  /** Follows a path from a value, field by field. */
  _getFromScope(scope: unknown, path: string | readonly unknown[], strict?: boolean): Iterator<unknown, unknown, unknown>;
  readProperty(object: unknown, key: unknown): unknown;
}

/** liquidjs asks these before it allocates (`use`) and before each piece it renders (`check`). */
export interface Limiter {
  use(count: number): void;
  check(count: number): void;
}

export interface Emitter {
  buffer: string;
  write(value: unknown): void;
}

/** A tag, `{% name args %}`. */
export interface TagToken extends Token {
  readonly name: string;
  /** What stands behind the name. */
  readonly args: string;
}

export declare abstract class Tag implements Template {
  readonly token: TagToken;
  readonly liquid: Liquid;
  constructor(token: TagToken, remaining: Token[], liquid: Liquid);
}

/** `name: value` pairs of a tag. */
export declare class Hash {
  constructor(input: string);
  render(context: Context): Generator<unknown, Record<string, unknown>, unknown>;
}

export declare class TokenizationError extends Error {
  constructor(message: string, token: Token);
}

/** Variables by the name of their root, each with its path. */
export type Variables = Readonly<
  Record<string, readonly { toString(): string; toArray(): readonly unknown[]; readonly location: { readonly row: number } }[]>
>;

/** What templates name: `globals` is what they expect to be given. */
export declare function analyzeSync(
  templates: readonly Template[],
  options: { readonly partials: boolean },
): { readonly globals: Variables };

export interface LiquidOptions {
  readonly cache?: boolean;
  readonly strictFilters?: boolean;
  readonly strictVariables?: boolean;
  readonly ownPropertyOnly?: boolean;
  readonly lenientIf?: boolean;
  readonly parseLimit?: number;
  readonly locale?: string;
  readonly timezoneOffset?: number;
  readonly operators?: Operators;
  readonly outputEscape?: (this: FilterThis, value: unknown) => unknown;
}

export interface FilterThis {
  readonly context: Context;
}

export type Filter = (this: FilterThis, value: unknown, ...rest: unknown[]) => unknown;

/** `{{ … }}`; the range is what stands between the braces. */
/** What `{% if a == b and c %}` is made of, by its name; the last argument is the context. */
export type Operators = Readonly<Record<string, (...operands: never[]) => Iterator<unknown, unknown, unknown>>>;
export declare const defaultOperators: Operators;

export declare class Output implements Template {
  readonly token: Token & { readonly contentRange: readonly [number, number] };
}

/** liquidjs's own values, `nil` and `empty` among them: what they stand for is their `valueOf`. */
export declare class Drop {
  valueOf(): unknown;
}

/** An expression with its filters. */
export declare class Value {
  constructor(expression: string, liquid: Liquid);
  value(context: Context, lenient: boolean): Iterator<unknown>;
}

export declare class CaptureTag {
  readonly templates: readonly Template[];
  readonly variable: string;
  readonly liquid: Liquid;
  constructor(token: Token, remaining: Token[], liquid: Liquid, parser: unknown);
}

export declare class Liquid {
  constructor(options: LiquidOptions);
  readonly options: LiquidOptions;
  readonly filters: Record<string, Filter | { readonly handler: Filter; readonly raw?: boolean }>;
  readonly tags: Record<string, unknown>;
  readonly renderer: { renderTemplates(templates: readonly Template[], context: Context, emitter: Emitter): Iterator<unknown> };
  parse(source: string): Template[];
  registerFilter(name: string, filter: Filter | { readonly handler: Filter; readonly raw?: boolean }): void;
  registerTag(name: string, tag: unknown): void;
}

/** Runs a generator of the renderer to its end, synchronously. */
export declare function toValueSync(work: Iterator<unknown>): unknown;
