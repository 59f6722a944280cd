import { defaultOperators, type Filter, type FilterThis, type Liquid, type Operators } from "liquidjs";
import { PrintContext } from "./print-context.ts";

const count = (context: unknown, work: number): void => {
  if (context instanceof PrintContext) context.settings.budget.work(work);
};

/** Counts every filter that is applied, and the elements that it is applied to: one step may have any number of them. */
export const countFilters = (engine: Liquid): void => {
  for (const [name, filter] of Object.entries(engine.filters)) {
    const { handler, raw = false } = typeof filter === "function" ? { handler: filter } : filter;
    // Those with an expression evaluate it for each element.
    const perElement = name.endsWith("_exp") ? 5 : 1;
    const counted: Filter = function (this: FilterThis, value, ...rest) {
      count(this.context, 1 + (Array.isArray(value) ? value.length * perElement : 0));
      return handler.call(this, value, ...rest);
    };
    engine.registerFilter(name, { handler: counted, raw });
  }
};

/** Liquid's operators, counted. */
export const countedOperators = (): Operators =>
  Object.fromEntries(
    Object.entries(defaultOperators).map(([name, operator]) => [
      name,
      (...operands: never[]) => {
        count(operands.at(-1), 1);
        return operator(...operands);
      },
    ]),
  );
