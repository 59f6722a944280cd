import type { JsonObject } from "../json.ts";
import type { Message, RenderScope } from "../message/message.ts";
import { Budget } from "../template/budget.ts";
import { renderSource } from "../template/liquid.ts";
import { plainAttributes, textAttribute } from "./attributes.ts";
import type { Draft } from "./draft.ts";
import type { Run, UserState } from "./state.ts";

/** What Liquid sees of the user and the run (docs/language.md, Templates); `message` only where one is being rendered. */
export const renderScope = (
  state: UserState,
  { message, run, workspace }: { readonly message?: Message; readonly run: Run | undefined; readonly workspace: JsonObject },
): RenderScope => ({
  user: { ...plainAttributes(state.profile.attributes), id: state.user.slice(2), tags: Object.keys(state.profile.tags) },
  // An event is plain JSON with typed fields.
  trigger: (run?.trigger ?? (run?.properties ? { properties: run.properties } : null)) as unknown as RenderScope["trigger"],
  run:
    run === undefined
      ? {}
      : { id: run.id, journey: run.journey, version: run.version, key: run.key, enteredAt: new Date(run.enteredAt).toISOString() },
  variables: run?.variables ?? {},
  message:
    message === undefined
      ? {}
      : {
          id: message.id,
          channel: message.channel,
          template: message.template,
          ...(message.topic !== undefined && { topic: message.topic }),
        },
  workspace,
});

/** Prints a piece of Liquid of a step's own definition (`owner`), as plain text. Throws Unprintable. */
export const printInRun = (
  draft: Draft,
  run: Run,
  piece: { readonly owner: object; readonly path: string; readonly source: string },
): string => {
  const { name, timezone } = draft.context.catalog.document;
  const locale = textAttribute(draft.state.profile.attributes, "locale") ?? "en";
  return renderSource(
    { ...piece, mode: "text" },
    {
      scope: renderScope(draft.state, { run, workspace: { name, timezone } }),
      now: draft.at,
      locale,
      lenient: false,
      budget: new Budget(),
    },
  );
};
