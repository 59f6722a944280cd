import type { NumberedFacts } from "../src/domain/user/facts.ts";
import { type UserKey, objectNameOf } from "../src/domain/user/user-key.ts";
import { BoundedMap } from "./bounded-map.ts";

/** How far each user's facts were projected, as far as this isolate knows: told to the object with the next call, so that it need not ask. */
const numbers = new BoundedMap<string, number>(20_000);

/** Number of the newest fact of the user that this isolate projected. */
export const confirmedFor = (workspace: string, user: UserKey): number | undefined => numbers.get(objectNameOf(workspace, user));

/** Remembers that these facts are projected. */
export const noteProjected = (facts: readonly NumberedFacts[]): void => {
  for (const { workspace, user, first, facts: own } of facts) {
    const name = objectNameOf(workspace, user);
    numbers.set(name, Math.max(numbers.get(name) ?? 0, first + own.length - 1));
  }
};
