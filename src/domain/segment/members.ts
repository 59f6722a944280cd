import type { Catalog } from "../catalog/catalog.ts";
import type { Because } from "../user/facts.ts";
import type { History } from "../user/history.ts";
import type { Membership, UserState } from "../user/state.ts";
import type { Aspect } from "./condition.ts";

/** What a stimulus touched: only segments that depend on it are asked again. */
export interface Touched {
  /** History name of the event applied. */
  readonly eventName?: string;
  /** Top-level attributes that changed. */
  readonly attributes?: readonly string[];
  readonly tags?: readonly string[];
  readonly aspects?: readonly Aspect[];
  /** Ask again those that may flip by time up to this instant. */
  readonly due?: number;
  /** Ask all: a new catalog, a merge. Also drops memberships of segments that are gone. */
  readonly all?: boolean;
}

export interface MembershipScope {
  readonly catalog: Catalog;
  readonly history: History;
  /** The instant asked about, ms. */
  readonly now: number;
}

/** A join or a leave. */
export interface MembershipChange {
  readonly segment: string;
  readonly member: boolean;
  readonly because?: Because;
}

export interface MembershipUpdate {
  /** The same reference as in the state when nothing changed. */
  readonly memberships: UserState["memberships"];
  /** In dependency order. */
  readonly changes: readonly MembershipChange[];
}

/**
 * Brings the memberships up to what was touched, nested segments before those that ask for them.
 *
 * Kept are members, and non-members whose condition may flip by time. An earlier `nextChange` that is still to come is
 * kept when only a later one was found: asking once too early costs less than a write with every event.
 */
export const updateMemberships = (state: UserState, touched: Touched, scope: MembershipScope): MembershipUpdate => {
  const pending = segmentsTouched(state, touched, scope.catalog);
  const changes: MembershipChange[] = [];
  let memberships: Record<string, Membership> | undefined;
  const change = (key: string, next: Membership | undefined): void => {
    memberships ??= { ...state.memberships };
    if (next === undefined) delete memberships[key];
    else memberships[key] = next;
  };
  if (touched.all === true)
    for (const [key, membership] of Object.entries(state.memberships))
      if (!scope.catalog.segments.has(key)) {
        change(key, undefined);
        if (membership.member) changes.push({ segment: key, member: false, because: { clause: "the segment was deleted" } });
      }
  for (let position = takeFirst(pending); position !== undefined; position = takeFirst(pending)) {
    const segment = scope.catalog.segments.get(scope.catalog.segmentOrder[position] ?? "");
    if (segment === undefined) continue;
    const before = own(memberships ?? state.memberships, segment.key);
    const asked = memberships === undefined ? state : { ...state, memberships };
    const verdict = segment.condition.evaluate({ state: asked, history: scope.history, now: scope.now, since: "ever" });
    const after = nextMembership(before, verdict, { now: scope.now, hash: segment.hash });
    if (after !== before) change(segment.key, after);
    if (verdict.value === (before?.member ?? false)) continue;
    changes.push({ segment: segment.key, member: verdict.value, ...(verdict.because && { because: verdict.because }) });
    for (const dependent of scope.catalog.segmentsBySegment.get(segment.key) ?? []) pending.add(dependent);
  }
  return { memberships: memberships ?? state.memberships, changes };
};

/** The earliest instant at which a membership may flip by itself. */
export const nextMembershipChange = (memberships: UserState["memberships"]): number | undefined => {
  let next: number | undefined;
  for (const key in memberships) {
    const change = memberships[key]?.nextChange;
    if (change !== undefined && (next === undefined || change < next)) next = change;
  }
  return next;
};

/** A segment may be called "constructor". */
const own = (memberships: UserState["memberships"], key: string): Membership | undefined =>
  Object.hasOwn(memberships, key) ? memberships[key] : undefined;

/** Positions in the catalog's dependency order. */
const segmentsTouched = (state: UserState, touched: Touched, catalog: Catalog): Set<number> => {
  const pending = new Set<number>();
  const add = (positions: readonly number[] | undefined): void => {
    if (positions !== undefined) for (const position of positions) pending.add(position);
  };
  if (touched.all === true) {
    for (let position = 0; position < catalog.segmentOrder.length; position++) pending.add(position);
    return pending;
  }
  if (touched.eventName !== undefined) add(catalog.segmentsByEvent.find(touched.eventName));
  for (const attribute of touched.attributes ?? []) add(catalog.segmentsByAttribute.get(attribute));
  if (touched.attributes !== undefined && touched.attributes.length > 0) add(catalog.segmentsByAttribute.get("*"));
  for (const tag of touched.tags ?? []) add(catalog.segmentsByTag.get(tag));
  for (const aspect of touched.aspects ?? []) add(catalog.segmentsByAspect.get(aspect));
  if (touched.due !== undefined)
    for (const key in state.memberships) {
      const next = state.memberships[key]?.nextChange;
      const position = catalog.segmentPositions.get(key);
      if (next !== undefined && next <= touched.due && position !== undefined) pending.add(position);
    }
  return pending;
};

const takeFirst = (pending: Set<number>): number | undefined => {
  let first: number | undefined;
  for (const position of pending) if (first === undefined || position < first) first = position;
  if (first !== undefined) pending.delete(first);
  return first;
};

const nextMembership = (
  before: Membership | undefined,
  verdict: { readonly value: boolean; readonly nextChange?: number },
  at: { readonly now: number; readonly hash: string },
): Membership | undefined => {
  if (!verdict.value && verdict.nextChange === undefined) return undefined;
  const same = before !== undefined && before.member === verdict.value;
  const early = before?.nextChange;
  const keepsEarly = same && early !== undefined && early > at.now && verdict.nextChange !== undefined && early <= verdict.nextChange;
  const nextChange = keepsEarly ? early : verdict.nextChange;
  if (same && before.hash === at.hash && before.nextChange === nextChange) return before;
  return { member: verdict.value, since: same ? before.since : at.now, ...(nextChange !== undefined && { nextChange }), hash: at.hash };
};
