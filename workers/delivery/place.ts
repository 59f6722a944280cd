import type { PlaceRequest, SendPlace } from "../../src/storage/object/send-places.ts";
import type { AttemptPorts } from "./attempt.ts";

export interface PlacePorts {
  readonly place: (workspace: string, provider: string, request: PlaceRequest) => Promise<SendPlace>;
  readonly giveBack: (workspace: string, provider: string, id: string) => Promise<void>;
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
    return problem === undefined ? ports.call(call, mayRepeat) : { kind: "no-connection", detail: problem };
  },
  mail: async (server, mail) => {
    const problem = await reachPlace(workspace, taken, ports);
    return problem === undefined ? ports.mail(server, mail) : { kind: "no-connection", detail: problem };
  },
});

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
    if (ports.authorize.now() <= current.at + current.graceMs) return undefined;
    try {
      current = await ports.place(workspace, provider, request);
    } catch (problem) {
      return none(`no place under the provider's rate could be had: ${String(problem)}`);
    }
  }
  return none("no place under the provider's rate in time");
};
