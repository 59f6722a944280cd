import type { Fact, NumberedFacts } from "../../domain/user/facts.ts";
import { countsOf } from "./count-facts.ts";

type Row = readonly unknown[];

/** Facts folded to the rows that projections need; each row begins with workspace, user, number. Column order: project.ts. */
export interface FoldedFacts {
  /** … journey, version, step ('' = the journey itself), metric. One row per countable fact. */
  readonly counts: readonly Row[];
  /** … segment, since */
  readonly joined: readonly Row[];
  /** … segment */
  readonly left: readonly Row[];
  /** … segment, day ("2026-01-05", UTC), joined, left: one row per join and leave */
  readonly moves: readonly Row[];
  /** … journey ('' = none), version, step, template, link, people, clicks, machines, machine clicks: one row per link and fact */
  readonly links: readonly Row[];
  /** … all columns of a message; only the newest word on each message */
  readonly messages: readonly Row[];
  /** … the directory's columns; users with news about themselves. The number is the range's last. */
  readonly users: readonly Row[];
  /** … first seen at; users of whom only the high-water mark moves */
  readonly raised: readonly Row[];
}

interface Place {
  readonly workspace: string;
  readonly user: string;
  readonly number: number;
}

/**
 * Folds facts of one shard. Of several words on the same thing (a membership, a message, the directory row) the one with
 * the highest number wins, in whatever order ranges come and however they overlap; a number counted once is not counted again.
 */
export const foldFacts = (batches: readonly NumberedFacts[]): FoldedFacts => {
  const counts: Row[] = [];
  const links: Row[] = [];
  const moves: Row[] = [];
  const memberships = new Map<string, { readonly place: Place; readonly segment: string; readonly since?: number }>();
  const messages = new Map<string, { readonly place: Place; readonly fact: Extract<Fact, { kind: "message" }> }>();
  const users = new Map<string, { last: Place; firstAt: number; fact?: Extract<Fact, { kind: "user" }>; factNumber: number }>();
  const seen = new Map<string, Set<number>>();
  const newer = (known: { readonly place: Place } | undefined, number: number): boolean =>
    known === undefined || known.place.number < number;

  for (const { workspace, user, first, facts } of batches) {
    const name = `${workspace}:${user}`;
    const numbers = seen.get(name) ?? new Set();
    seen.set(name, numbers);
    for (const [index, fact] of facts.entries()) {
      const number = first + index;
      if (numbers.has(number)) continue;
      numbers.add(number);
      const place = { workspace, user, number };
      const entry = users.get(name) ?? { last: place, firstAt: fact.at, factNumber: 0 };
      users.set(name, entry);
      if (number > entry.last.number) entry.last = place;
      for (const counted of countsOf(fact)) counts.push([workspace, user, number, ...counted]);
      if (fact.kind === "user" && number > entry.factNumber) {
        entry.fact = fact;
        entry.factNumber = number;
      } else if (fact.kind === "links-followed") {
        const { journey = "", version = 0, step = "", template } = fact;
        for (const { link, people, clicks, machines, machineClicks } of fact.links)
          links.push([workspace, user, number, journey, version, step, template, link, people, clicks, machines, machineClicks]);
      } else if (fact.kind === "message") {
        const known = messages.get(`${workspace}:${fact.message}`);
        // Of a merged user's message whom they became speaks on, in numbers of their own.
        const isNews = known === undefined || known.place.user === user ? newer(known, number) : fact.at >= known.fact.at;
        if (isNews) messages.set(`${workspace}:${fact.message}`, { place, fact });
      } else if (fact.kind === "segment-entered" || fact.kind === "segment-left") {
        const isJoin = fact.kind === "segment-entered";
        moves.push([workspace, user, number, fact.segment, new Date(fact.at).toISOString().slice(0, 10), Number(isJoin), Number(!isJoin)]);
        const key = `${name}\n${fact.segment}`;
        const since = fact.kind === "segment-entered" ? { since: fact.at } : {};
        if (newer(memberships.get(key), number)) memberships.set(key, { place, segment: fact.segment, ...since });
      }
    }
  }

  const standing = [...memberships.values()];
  const directory = [...users.values()];
  return {
    counts,
    links,
    moves,
    joined: standing.filter((one) => one.since !== undefined).map(({ place, segment, since }) => [...rowOf(place), segment, since]),
    left: standing.filter((one) => one.since === undefined).map(({ place, segment }) => [...rowOf(place), segment]),
    messages: [...messages.values()].map(({ place, fact }) => [...rowOf(place), ...messageColumns(fact)]),
    users: directory.flatMap(({ last, fact }) => (fact === undefined ? [] : [[...rowOf(last), ...userColumns(fact)]])),
    raised: directory.flatMap(({ last, fact, firstAt }) => (fact === undefined ? [[...rowOf(last), firstAt]] : [])),
  };
};

const rowOf = (place: Place): Row => [place.workspace, place.user, place.number];

const userColumns = (fact: Extract<Fact, { kind: "user" }>): Row => [
  fact.email ?? null,
  fact.phone ?? null,
  fact.name ?? null,
  fact.attributes,
  fact.createdAt,
  fact.lastSeenAt,
  fact.movedTo ?? null,
];

const messageColumns = (fact: Extract<Fact, { kind: "message" }>): Row => [
  fact.message,
  fact.channel,
  fact.template,
  fact.topic ?? null,
  fact.journey ?? null,
  fact.version ?? null,
  fact.run ?? null,
  fact.step ?? null,
  fact.provider ?? null,
  fact.to ?? null,
  fact.subject ?? null,
  fact.status,
  fact.reason ?? null,
  fact.attempts,
  fact.createdAt,
  fact.at,
  fact.providerMessageId ?? null,
];
