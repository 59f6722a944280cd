import type { JsonObject } from "../domain/json.ts";
import { plainAttributes } from "../domain/user/attributes.ts";
import type { Run } from "../domain/user/state.ts";
import { dueOf, type SimulatedUser, type World } from "./world.ts";

/** A user as the simulation leaves it. */
export interface UserAtEnd {
  readonly id: string;
  /** Known by an anonymous id only. */
  readonly anonymous?: true;
  readonly attributes: JsonObject;
  readonly segments: readonly string[];
  readonly tags: readonly string[];
  readonly runs: readonly RunAtEnd[];
  /** When something is due next by itself; null = nothing is. */
  readonly nextDue: string | null;
}

/** A run that is still under way. */
export interface RunAtEnd {
  readonly run: string;
  readonly journey: string;
  readonly version: number;
  readonly key: string | null;
  readonly step: string;
  readonly enteredAt: string;
  /** When its stay on the step is over by itself. */
  readonly due?: string;
}

/** Everybody there is at the end, by id. Who became another user by a merge is that user. */
export const usersOf = (world: World): readonly UserAtEnd[] =>
  [...world.users.values()]
    .filter((user) => user.state.meta.movedTo === undefined)
    .map((user) => atEnd(world, user))
    .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

const atEnd = (world: World, user: SimulatedUser): UserAtEnd => {
  const { profile, memberships, runs } = user.state;
  const due = dueOf(world, user);
  return {
    id: user.key.slice(2),
    ...(user.key.startsWith("a:") && { anonymous: true }),
    attributes: plainAttributes(profile.attributes),
    segments: Object.entries(memberships)
      .flatMap(([key, { member }]) => (member ? [key] : []))
      .toSorted(),
    tags: Object.keys(profile.tags).toSorted(),
    runs: Object.values(runs).map(runAtEnd),
    nextDue: due === undefined ? null : instantOf(due),
  };
};

const runAtEnd = ({ id, journey, version, key, position, enteredAt }: Run): RunAtEnd => ({
  run: id,
  journey,
  version,
  key,
  step: position.step,
  enteredAt: instantOf(enteredAt),
  ...("due" in position && position.due !== undefined && { due: instantOf(position.due) }),
});

const instantOf = (ms: number): string => new Date(ms).toISOString();
