import { Context, type Liquid } from "liquidjs";
import type { RenderScope } from "../message/message.ts";
import type { Budget } from "./budget.ts";
import type { Pieces } from "./pieces.ts";

export interface PrintSettings {
  readonly scope: RenderScope;
  /** ms */
  readonly now: number;
  readonly locale: string;
  readonly lenient: boolean;
  readonly budget: Budget;
  /** Partials and layouts; left out, there are none. */
  readonly pieces?: Pieces;
  /** Collects the style elements that partials need in the head of the mail, each once. */
  readonly styles?: Set<string>;
}

/** Gives the date filters their instant, and reads null as missing (docs/language.md, Filters: null, a missing path and "" are absent). */
export class PrintContext extends Context {
  readonly settings: PrintSettings;
  /** Partials that are being printed, the outer ones first. */
  readonly within: string[] = [];
  readonly #engine: Liquid;

  /** @param environment what names are looked up in. It is written into by `increment`, so it is nobody else's. */
  private constructor(settings: PrintSettings, engine: Liquid, environment: object, strict: boolean) {
    super(
      environment,
      // Month and day names follow the template's locale.
      { ...engine.options, locale: settings.locale },
      { sync: true, strictVariables: strict },
      { memoryLimit: settings.budget.memory, renderLimit: settings.budget.steps, liquid: engine },
    );
    this.settings = settings;
    this.#engine = engine;
  }

  /** What a piece is printed over. `more`: variables beside the scope's. */
  static over(settings: PrintSettings, engine: Liquid, more: object = {}): PrintContext {
    return new PrintContext(settings, engine, { ...settings.scope, ...settings.scope.links, ...more }, !settings.lenient);
  }

  override readProperty(object: unknown, key: unknown): unknown {
    const value = (object ?? undefined) === undefined ? undefined : (super.readProperty(object, key) ?? undefined);
    this.settings.budget.work(costOf(value));
    return value;
  }

  /** A path is made whole before it is followed, however early it ends. */
  override _getFromScope(...[scope, path, strict]: Parameters<Context["_getFromScope"]>): Iterator<unknown, unknown, unknown> {
    this.settings.budget.work(path.length);
    return super._getFromScope(scope, path, strict);
  }

  /** What filters by a field (`where`) see of each element: its own fields, some of which not every element has. */
  override spawn(element: object = {}): PrintContext {
    return new PrintContext(this.settings, this.#engine, element, false);
  }
}

/** Whatever is done with a value goes through it once at most: that is paid for where it is read. */
const costOf = (value: unknown): number =>
  typeof value === "string" ? 1 + value.length / 1_000 : Array.isArray(value) ? sizeOf(value) : 1;

const sizes = new WeakMap<readonly unknown[], number>();

/** Elements of a list and of the lists in it. */
const sizeOf = (list: readonly unknown[]): number => {
  const known = sizes.get(list);
  if (known !== undefined) return known;
  const size = list.reduce<number>((sum, element) => sum + (Array.isArray(element) ? sizeOf(element) : 1), 1);
  sizes.set(list, size);
  return size;
};
