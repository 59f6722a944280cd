import * as z from "zod";
import { compileFilter } from "../../filter/compile-filter.ts";
import { filterObjects } from "../../filter/filter-schema.ts";
import type { Json } from "../../json.ts";
import type { GroupMembership } from "../../user/state.ts";
import { askFilters, asksZone, momentOf } from "../ask-filters.ts";
import type { ConditionScope, ConditionType, Verdict } from "../condition.ts";
import { noDependencies } from "../verdict.ts";

const schema = () =>
  z.discriminatedUnion(
    "operator",
    filterObjects({
      type: z.literal("group"),
      /** Only groups of this type. */
      groupType: z.string().min(1).max(100).optional(),
    }),
  );
type Condition = z.infer<ReturnType<typeof schema>>;

/**
 * A filter on the groups the user belongs to: on their attributes, on `relationship` (what the membership itself says) and
 * on `id`. Any of them will do; a negative operator, being the negation of its positive one, holds where none of them does.
 */
export const group = {
  type: "group",
  schema,
  compile: (condition: Condition, context) => {
    const filter = compileFilter(condition);
    const of = condition.groupType === undefined ? "a group" : `a group of type ${condition.groupType}`;
    return {
      dependsOn: { ...noDependencies, aspects: ["groups"], attributes: asksZone(condition) ? ["timezone"] : [] },
      tallies: [],
      evaluate: (scope): Verdict => {
        const moment = momentOf(scope, [condition], context);
        let nextChange: number | undefined;
        let decided: Verdict | undefined;
        for (const membership of groupsOf(scope, condition.groupType)) {
          const verdict = askFilters([filter], (field) => fieldOf(membership, field), moment);
          if (verdict.value !== filter.negated) decided ??= verdict;
          const next = verdict.nextChange;
          if (next !== undefined && (nextChange === undefined || next < nextChange)) nextChange = next;
        }
        return {
          value: (decided !== undefined) !== filter.negated,
          ...(nextChange !== undefined && { nextChange }),
          because: { ...decided?.because, clause: `${of} with ${filter.clause}` },
        };
      },
    };
  },
} as const satisfies ConditionType<Condition>;

const groupsOf = ({ state }: ConditionScope, type: string | undefined): readonly GroupMembership[] =>
  Object.values(state.profile.groups).filter((membership) => membership.left !== true && (type === undefined || membership.type === type));

/** `id` and `relationship` are the membership's; every other field is the group's own. */
const fieldOf = ({ id, relationship, attributes }: GroupMembership, field: string): Json | undefined => {
  if (field === "id") return id;
  if (field === "relationship") return relationship;
  return Object.hasOwn(attributes, field) ? attributes[field] : undefined;
};
