import { BoundedMap } from "../bounded-map.ts";

interface Token {
  readonly value: string;
  /** ms since the epoch */
  readonly expiresAt: number;
}

const tokens = new BoundedMap<string, Promise<Token>>(500);

/** A token this near its end is made anew: it must last as long as the call it is for. */
const marginMs = 60_000;
/** A call for a token takes no longer; one that still runs then was cut off with whoever made it, and will never answer. */
const longestMs = 15_000;

/** A token kept in this isolate until it expires; who asks while it is being made waits for the same one. One that could not be made is tried again. */
export const cachedToken = async (name: string, make: () => Promise<Token>): Promise<string> => {
  const known = tokens.get(name);
  if (known !== undefined) {
    const token = await orNever(known);
    if (token !== undefined && token.expiresAt - marginMs > Date.now()) return token.value;
  }
  const making = make();
  tokens.set(name, making);
  try {
    return (await making).value;
  } catch (error) {
    if (tokens.get(name) === making) tokens.delete(name);
    throw error;
  }
};

/** The token of that name is made anew, whatever is left of its life. */
export const forgetToken = (name: string): void => tokens.delete(name);

/** The token; undefined where it will never come. */
const orNever = (token: Promise<Token>): Promise<Token | undefined> => {
  let timer = 0;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), longestMs)));
  return Promise.race([token, late]).finally(() => clearTimeout(timer));
};
