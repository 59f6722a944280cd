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
  constructor(settings: PrintSettings, engine: Liquid, more: object = {}) {
    // A copy, because `increment` writes into it; month and day names follow the template's locale.
    super(
      { ...settings.scope, ...settings.scope.links, ...more },
      { ...engine.options, locale: settings.locale },
      { sync: true, strictVariables: !settings.lenient },
      { memoryLimit: settings.budget.memory, renderLimit: settings.budget.steps, liquid: engine },
    );
    this.settings = settings;
  }
  override readProperty(object: unknown, key: unknown): unknown {
    return (object ?? undefined) === undefined ? undefined : (super.readProperty(object, key) ?? undefined);
  }
}
