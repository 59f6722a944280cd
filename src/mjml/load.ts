import type compile from "mjml-browser";

type Compile = typeof compile;

/** A CommonJS module seen as an ES one: how many `default`s there are depends on who bundled it. */
interface Loaded {
  readonly default: Compile | { readonly default: Compile };
}

let loading: Promise<Compile> | undefined;

/** The MJML library, loaded on first use: it is larger than all the rest of a Worker and no isolate that sends mail needs it. */
export const loadMjml = (): Promise<Compile> => (loading ??= load());

/**
 * Parts of the library look for the global object under the name `window` where a module's `this` is undefined and code may
 * not be made from strings, which is what workerd is. It is there under that name only while the library is evaluated.
 */
const load = async (): Promise<Compile> => {
  const scope = globalThis as { window?: unknown };
  const isBare = scope.window === undefined;
  if (isBare) scope.window = globalThis;
  try {
    const { default: found } = (await import("mjml-browser")) as Loaded;
    return typeof found === "function" ? found : found.default;
  } finally {
    if (isBare) delete scope.window;
  }
};
