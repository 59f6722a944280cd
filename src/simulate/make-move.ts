import type { Stimulus } from "../domain/user/stimulus.ts";
import { tellGroup } from "./groups.ts";
import type { ScriptItem } from "./item.ts";
import type { Move } from "./moves.ts";
import { play, say } from "./play.ts";
import { isPublication, publication, type Publication } from "./publication.ts";
import { publish, type Stage } from "./stage.ts";
import { ownerOf } from "./world.ts";

/** Makes one line of a script happen, at the world's instant. */
export const makeMove = (stage: Stage, move: Move): void => {
  const { world, outside } = stage;
  const { item, event, user, word } = move;
  if (event !== undefined && user !== undefined) {
    play(world, outside, ownerOf(world, user, event.receivedAt), { type: "event", event });
    return tellGroup(world, outside, event);
  }
  if (item === undefined) return;
  if (isPublication(item)) return makePublication(stage, item, move);
  if (word !== undefined) return say(world, outside, word);
  if (item.type === "webhook-answer") {
    outside.answers.endpoints.push({
      user,
      journey: item.journey,
      step: item.step,
      status: item.status ?? 200,
      body: item.body,
      failed: item.failed,
    });
    return;
  }
  if (user === undefined) return; // every other item is about somebody, by its schema
  const stimulus = stimulusOf(item, `script-${move.index}`);
  if (stimulus !== undefined) play(world, outside, ownerOf(world, user), stimulus);
};

/** New definitions are live at once, and every user is brought up to them: joins by them are silent, as in a backfill. */
const makePublication = (stage: Stage, item: Publication, { at, index }: Move): void => {
  const { document, enter } = publication(stage.document, item, { at, index });
  publish(stage, document);
  for (const user of stage.world.users.values())
    if (user.state.meta.movedTo === undefined)
      play(stage.world, stage.outside, user, { type: "refresh", silent: true, ...(enter !== undefined && { enter: [enter] }) });
};

/** What a line that is no call says to the user's object. */
export const stimulusOf = (item: ScriptItem, id: string): Stimulus | undefined => {
  switch (item.type) {
    case "enter":
      // The schema lets JSON only through.
      return { type: "enter", id, journey: item.journey, ...(item.properties && { properties: item.properties }) };
    case "suppress":
      return { type: "suppress", channel: item.channel ?? "*", reason: item.reason ?? "asked by call" };
    case "unsuppress":
      return { type: "unsuppress", channel: item.channel ?? "*" };
    case "subscription":
      return {
        type: "subscription",
        id,
        state: item.state,
        ...(item.topic !== undefined && { topic: item.topic }),
        ...(item.channel !== undefined && { channel: item.channel }),
      };
    case "tags":
      return { type: "tags", id, add: item.add ?? [], remove: item.remove ?? [] };
    case "members":
      return { type: "members", id, add: item.add ?? [], remove: item.remove ?? [] };
    default:
      return undefined;
  }
};
