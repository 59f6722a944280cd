import type { PlaceRequest, SendPlace } from "../../src/storage/object/send-places.ts";
import type { AttemptPorts } from "./attempt.ts";

export interface PlacePorts {
  readonly place: (workspace: string, provider: string, request: PlaceRequest) => Promise<SendPlace>;
  readonly giveBack: (workspace: string, provider: string, id: string) => Promise<void>;
  /** Milliseconds until a taken place's call may be asked for again; 0 = it begins now. */
  readonly begin: (workspace: string, provider: string, request: PlaceRequest) => Promise<number>;
  /** A call that began is over. */
  readonly end: (workspace: string, provider: string, id: string) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
}

/** A place under a provider's rate, for one attempt at one message. */
export interface Taken {
  readonly provider: string;
  readonly request: PlaceRequest;
  readonly place: SendPlace;
}

interface Wish {
  readonly workspace: string;
  readonly message: string;
  readonly provider: string;
  readonly rate: { readonly count: number; readonly perMs: number };
  readonly attempt: number;
}

/** Asks for a place, and waits for one that is taken. */
export const takePlace = async ({ workspace, message, provider, rate, attempt }: Wish, ports: PlacePorts & Clock): Promise<Taken> => {
  const request = { id: `${message}:${attempt}`, ...rate };
  const place = await ports.place(workspace, provider, request);
  if (place.taken) await until(place.at, ports);
  return { provider, request, place };
};

interface Clock {
  readonly authorize: { readonly now: () => number };
}

const until = async (at: number, ports: PlacePorts & Clock): Promise<void> => {
  const waitMs = at - ports.authorize.now();
  if (waitMs > 0) await ports.pause(waitMs);
};

/** Places asked for by a claimed message whose own ran out before its call. */
const triesInPlace = 5;

/**
 * Calls begin at the place that was taken, never later than it allows: a claim, a token or a slow machine may have taken
 * longer. Then another place is taken; without one nothing is sent.
 */
export const inPlace = <Ports extends AttemptPorts & PlacePorts>(workspace: string, taken: Taken, ports: Ports): Ports => ({
  ...ports,
  call: async (call, mayRepeat) => {
    const problem = await reachPlace(workspace, taken, ports);
    return problem === undefined
      ? during(workspace, taken, ports, () => ports.call(call, mayRepeat))
      : { kind: "no-connection", detail: problem };
  },
  mail: async (server, mail) => {
    const problem = await reachPlace(workspace, taken, ports);
    return problem === undefined
      ? during(workspace, taken, ports, () => ports.mail(server, mail))
      : { kind: "no-connection", detail: problem };
  },
});

/** Makes a call that has begun, and tells its end: until then it may be on its way to the provider. */
const during = async <T>(workspace: string, { provider, request }: Taken, ports: PlacePorts, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } finally {
    // Where that cannot be told, it counts as under way for as long as any call may be.
    await ports.end(workspace, provider, request.id).catch(() => undefined);
  }
};

/** Looks for the beginning of a call: about as long as a call may last, while others have not ended. */
const looksToBegin = 150;

/** Waits until the calls before this one are out of the window. False: they are not, for very long. */
const begin = async (
  workspace: string,
  { provider, request }: Pick<Taken, "provider" | "request">,
  ports: PlacePorts,
): Promise<boolean> => {
  for (let looked = 0; looked < looksToBegin; looked++) {
    const waitMs = await ports.begin(workspace, provider, request);
    if (waitMs === 0) return true;
    await ports.pause(waitMs);
  }
  return false;
};

/** Waits for the place, or for another one where it is over. Answers why there is none. */
const reachPlace = async (
  workspace: string,
  { provider, request, place }: Taken,
  ports: AttemptPorts & PlacePorts,
): Promise<string | undefined> => {
  let current = place;
  // For this attempt, nobody asks for it again.
  const none = async (problem: string): Promise<string> => {
    await ports.giveBack(workspace, provider, request.id).catch(() => undefined);
    return problem;
  };
  for (let tried = 0; tried < triesInPlace && current.taken; tried++) {
    await until(current.at, ports);
    try {
      if (ports.authorize.now() <= current.at + current.graceMs)
        return (await begin(workspace, { provider, request }, ports)) ? undefined : await none("the calls before it are not over");
      current = await ports.place(workspace, provider, request);
    } catch (problem) {
      return none(`no place under the provider's rate could be had: ${String(problem)}`);
    }
  }
  return none("no place under the provider's rate in time");
};
