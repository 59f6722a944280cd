import type { ObjectAnswer } from "../../src/api/queue.ts";
import type { Group } from "../../src/domain/group/group.ts";
import { groupAttributes } from "../../src/domain/group/group.ts";
import type { GroupName } from "../../src/domain/group/group-name.ts";
import type { Stimulus } from "../../src/domain/user/stimulus.ts";
import type { GroupStore, Telling } from "../../src/storage/object/group-store.ts";
import { projectFacts } from "../stream/project-facts.ts";
import { liveVersion } from "../catalog-cache.ts";
import { noteProjected } from "../confirmed.ts";
import { sendIntents } from "../deliver-queue.ts";
import type { Env } from "../env.ts";
import { pool } from "../pool.ts";
import { backOffMs } from "../user/wake.ts";
import { userObject } from "../user-stub.ts";

/** Members told at once, and in one page. */
const parallel = 10;
const membersPerPage = 100;
/** How old the pointer to the live catalog may be. */
const catalogMaxAgeMs = 5_000;

interface Teller {
  readonly env: Env;
  readonly name: GroupName;
  readonly store: GroupStore;
  /** What is told: the group as it was when the page began. */
  readonly group: Group;
}

/**
 * Tells one page of members what they do not know yet; answers how many there were. One who cannot be told is asked again
 * later and holds up nobody. They count as told once what followed from it is projected.
 */
export const tellMembers = async ({ env, name, store, group }: Teller): Promise<number> => {
  const { workspace } = name;
  const page = store.tellings(group.version, Date.now(), membersPerPage);
  if (page.length === 0) return 0;
  const catalog = await liveVersion(env, workspace, catalogMaxAgeMs);
  const told: { readonly telling: Telling; readonly answer: ObjectAnswer }[] = [];
  await pool(page, parallel, async (telling) => {
    try {
      const stub = userObject(env, workspace, telling.user);
      told.push({ telling, answer: await stub.stimulate({ catalog, stimuli: [stimulusFor(name, group, telling)], vouched: true }) });
    } catch (error) {
      store.postpone(telling.user, Date.now() + backOffMs(telling.tries));
      console.error(JSON.stringify({ what: "a member could not be told", ...name, user: telling.user, error: String(error) }));
    }
  });
  const facts = told.flatMap(({ answer }) => (answer.facts === undefined ? [] : [answer.facts]));
  await sendIntents(
    env,
    told.flatMap(({ telling, answer }) => answer.deliver.map((intent) => ({ ...intent, workspace, user: answer.movedTo ?? telling.user }))),
  );
  await projectFacts(env, facts);
  noteProjected(facts);
  for (const { telling, answer } of told) {
    store.told(telling, group.version);
    // Merged away meanwhile: the member is whoever it became.
    if (answer.movedTo !== undefined) store.move(telling.user, answer.movedTo);
  }
  return page.length;
};

const stimulusFor = (name: GroupName, group: Group, { state, order, wish, relationship }: Telling): Stimulus => ({
  type: "group",
  id: `group:${name.type}/${name.id}@${group.version}:${order.join("-")}`,
  groupType: name.type,
  group: name.id,
  ...(state === "joined" && { attributes: { values: groupAttributes(group), version: group.version } }),
  ...(wish && { membership: { state, order, ...(relationship !== undefined && { relationship }) } }),
});
