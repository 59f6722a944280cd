import { withPinnedJourneys, compileCatalog } from "../domain/catalog/compile.ts";
import type { Catalog, CatalogDocument, PublishedJourney } from "../domain/catalog/catalog.ts";
import { Fault } from "../domain/fault.ts";
import type { MessageContent } from "../domain/message/message.ts";
import { renderTemplate } from "../domain/template/render.ts";
import { claim } from "../domain/user/claim.ts";
import { decide, type ClaimDecision, type Decision } from "../domain/user/decide.ts";
import type { Fact } from "../domain/user/facts.ts";
import { MemoryHistory } from "../domain/user/memory-history.ts";
import { targetOf } from "../domain/user/merge.ts";
import { newUser } from "../domain/user/new-user.ts";
import type { UserState } from "../domain/user/state.ts";
import type { Stimulus } from "../domain/user/stimulus.ts";
import { nextDue } from "../domain/user/timers.ts";
import type { UserKey } from "../domain/user/user-key.ts";
import type { Group } from "../domain/group/group.ts";
import { bounds } from "./bounds.ts";
import { standInLinks } from "./stand-in-links.ts";
import { Tracer, type TraceItem } from "./trace.ts";
import { noteVariants, noVariants, type Variants } from "./variants.ts";

/** One user of a simulation: what the real object keeps, in memory. */
export interface SimulatedUser {
  readonly key: UserKey;
  state: UserState;
  history: MemoryHistory;
  /** The earliest instant at which something is due by itself, ms. */
  due: number | undefined;
  readonly tracer: Tracer;
}

/** A line of the trace with its instant in ms: lines are put in order at the end. */
export interface Line {
  readonly at: number;
  readonly item: TraceItem;
}

/** How much a simulation may take: see bounds.ts. */
export type Room = Readonly<Record<"decisions" | "trace", number>>;

/** Everything there is in a simulation. Changed in place by the functions of this folder and by nothing else. */
export interface World {
  catalog: Catalog;
  /** Every version of a journey that was ever published here: runs stay with theirs. */
  readonly published: Map<string, PublishedJourney>;
  /** When each of them was (ms), by the same names. */
  readonly publishedAt: Map<string, number>;
  readonly variants: Variants;
  /** Groups that users were said to belong to, by "type/id". */
  readonly groups: Map<string, Group>;
  /** By key, in the order of first contact. */
  readonly users: Map<UserKey, SimulatedUser>;
  /** Before it nothing is told and nothing starts, ms. */
  readonly start: number;
  now: number;
  /** Decisions left to be made. */
  left: number;
  readonly room: Room;
  readonly lines: Line[];
  readonly contents: Map<string, MessageContent>;
  contentLeft: number;
}

export const newWorld = (document: CatalogDocument, start: number, room: Room = bounds): World => ({
  catalog: compileCatalog(document),
  published: new Map(document.journeys.map((journey) => [`${journey.definition.key}@${journey.version}`, journey])),
  publishedAt: new Map(),
  variants: noVariants(),
  groups: new Map(),
  users: new Map(),
  start,
  now: start,
  left: room.decisions,
  room,
  lines: [],
  contents: new Map(),
  contentLeft: bounds.content,
});

/** Makes another set of definitions the live one. Users learn of it by a refresh. */
export const publishCatalog = (world: World, document: CatalogDocument): void => {
  for (const journey of document.journeys) {
    const name = `${journey.definition.key}@${journey.version}`;
    if (!world.published.has(name)) world.publishedAt.set(name, world.now);
    world.published.set(name, journey);
  }
  const catalog = compileCatalog(document);
  const pinned = [...world.published.values()].flatMap((journey): readonly PublishedJourney[] => {
    const current = catalog.journeys.get(journey.definition.key);
    // Whether runs may go on is said of the journey, not of its versions.
    return current?.version === journey.version
      ? []
      : [{ version: journey.version, definition: journey.definition, status: current?.status ?? "stopped" }];
  });
  world.catalog = pinned.length === 0 ? catalog : withPinnedJourneys(catalog, pinned);
};

/** The user of that key; made at first contact. */
export const userAt = (world: World, key: UserKey): SimulatedUser => {
  const known = world.users.get(key);
  if (known !== undefined) return known;
  if (world.users.size >= bounds.users) throw tooMuch(`more than ${bounds.users} users`);
  const made: SimulatedUser = {
    key,
    state: newUser(world.catalog.document.workspace, key, world.now),
    history: new MemoryHistory(),
    due: undefined,
    tracer: new Tracer(key, { content: (message) => world.contents.get(message) }),
  };
  world.users.set(key, made);
  return made;
};

/** Whoever the user has become by merges, as of an event received at that instant. */
export const ownerOf = (world: World, key: UserKey, receivedAt = world.now): SimulatedUser => {
  let user = userAt(world, key);
  // Each merge is one hop, and every user is merged away once.
  for (let hops = 0; hops <= world.users.size; hops++) {
    const target = targetOf(user.state.meta, receivedAt);
    if (target === undefined) return user;
    user = userAt(world, target);
  }
  throw new Error(`merged in a circle: ${key}`);
};

/** Lets one stimulus reach one user, now. */
export const stimulate = (world: World, user: SimulatedUser, stimulus: Stimulus): Decision => {
  spend(world);
  return keep(world, user, decide(user.state, stimulus, { now: world.now, catalog: world.catalog, history: user.history }));
};

/** Asks for a message right before it is sent. */
export const claimMessage = (world: World, user: SimulatedUser, message: string): ClaimDecision => {
  spend(world);
  const { name, timezone } = world.catalog.document;
  const decision = claim(
    user.state,
    { message, place: "free", workspace: { name, timezone } },
    { now: world.now, catalog: world.catalog, history: user.history, render: renderTemplate, links: standInLinks },
  );
  if (decision.claim.kind === "send") keepContent(world, message, decision.claim.rendered.content);
  return keep(world, user, decision);
};

/** Rendered content is shown with the message, as far as the answer has room for it. */
const keepContent = (world: World, message: string, content: MessageContent): void => {
  const size = JSON.stringify(content).length;
  if (size > world.contentLeft || world.contents.has(message)) return;
  world.contentLeft -= size;
  world.contents.set(message, content);
};

const keep = <D extends Decision>(world: World, user: SimulatedUser, decision: D): D => {
  user.state = decision.state;
  user.due = decision.nextDue;
  for (const message of decision.messages) user.history.putMessage(message);
  noteVariants(world.variants, decision.facts);
  tell(world, user, decision.facts);
  return decision;
};

/** History is silent: what happened before the start is not told. */
const tell = (world: World, user: SimulatedUser, facts: readonly Fact[]): void => {
  for (const item of user.tracer.take(facts)) {
    const at = Date.parse(item.at);
    if (at < world.start) continue;
    if (world.lines.length >= world.room.trace) throw tooMuch(`a trace of more than ${world.room.trace} lines`);
    world.lines.push({ at, item });
  }
};

/** The instant at which something is due by itself, by the catalog as it is now. */
export const dueOf = (world: World, user: SimulatedUser): number | undefined => nextDue(user.state, world.catalog);

const spend = (world: World): void => {
  world.left -= 1;
  if (world.left < 0) throw tooMuch(`more than ${world.room.decisions} decisions (up to ${new Date(world.now).toISOString()})`);
};

const tooMuch = (what: string): Fault => {
  const message = `The simulation takes ${what}: fewer items, fewer users or an earlier "until" would do`;
  return new Fault("too-large", message, [{ path: "script", message }]);
};
