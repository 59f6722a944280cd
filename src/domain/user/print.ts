import type { Json, JsonObject } from "../json.ts";
import type { StepScope } from "../journey/step.ts";
import type { Message, RenderScope } from "../message/message.ts";
import { Budget } from "../template/budget.ts";
import { evaluateSource, type PrintSettings, renderSource } from "../template/liquid.ts";
import { plainAttributes, textAttribute } from "./attributes.ts";
import type { Draft } from "./draft.ts";
import type { History } from "./history.ts";
import type { Run } from "./state.ts";

/** What Liquid sees of the user and the run (docs/language.md, Templates); `message` only where one is being rendered. */
export const renderScope = (
  { state, context }: Pick<Draft, "state" | "context">,
  { message, run, workspace }: { readonly message?: Message; readonly run: Run | undefined; readonly workspace: JsonObject },
): RenderScope => ({
  user: { ...plainAttributes(state.profile.attributes), id: state.user.slice(2), tags: Object.keys(state.profile.tags) },
  // An event is plain JSON with typed fields.
  trigger: (run?.trigger ?? entered(run?.properties ?? message?.payload?.data)) as unknown as RenderScope["trigger"],
  run:
    run === undefined
      ? {}
      : { id: run.id, journey: run.journey, version: run.version, key: run.key, enteredAt: new Date(run.enteredAt).toISOString() },
  variables: run?.variables ?? {},
  digest: digestOf(run, context.history),
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
  ...(message?.payload?.data && { data: message.payload.data }),
});

/** What a call brought along stands where an event's properties do, so that one template serves both. */
const entered = (properties: JsonObject | undefined): Json => (properties === undefined ? null : { properties });

/** The run keeps ids; the events themselves are read only where a template asks for them. */
const digestOf = (run: Run | undefined, history: History): RenderScope["digest"] => {
  const ids = run?.digest ?? [];
  return {
    get events() {
      return ids.flatMap((id) => history.event(id) ?? []) as unknown as readonly Json[]; // events are plain JSON with typed fields
    },
    count: run?.digestCount ?? ids.length,
  };
};

/** Prints pieces of Liquid of a step's own definition (`StepScope`), all of them within one budget. */
export const printerIn = (draft: Draft, run: Run, owner: () => object): Pick<StepScope, "print" | "value"> => {
  let settings: PrintSettings | undefined;
  const given = (): PrintSettings => (settings ??= settingsIn(draft, run)); // most steps print nothing
  return {
    print: (path, source) => renderSource({ owner: owner(), path, source, mode: "text" }, given()),
    value: (path, source) => evaluateSource({ owner: owner(), path, source, mode: "text" }, given()),
  };
};

const settingsIn = (draft: Draft, run: Run): PrintSettings => {
  const { name, timezone } = draft.context.catalog.document;
  return {
    scope: renderScope(draft, { run, workspace: { name, timezone } }),
    now: draft.at,
    locale: textAttribute(draft.state.profile.attributes, "locale") ?? "en",
    lenient: false,
    budget: new Budget(),
  };
};
