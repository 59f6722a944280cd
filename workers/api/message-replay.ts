import * as z from "zod";
import { Fault } from "../../src/domain/fault.ts";
import { givenUp } from "../../src/domain/message/given-up.ts";
import { messageStatuses } from "../../src/domain/message/message.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { userObject } from "../user-stub.ts";
import { findMessage } from "./find-message.ts";
import { answer, route, type Route } from "./route.ts";
import { stimulate } from "../tell-user.ts";

/** Sends a dead letter after all, under its own id. */
export const messageReplay: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/messages/{id}/replay",
      summary: "A new attempt at a message that was given up; evenIfSent: also one that its user may have",
      scope: "write",
      body: z.strictObject({ evenIfSent: z.boolean().optional() }).optional(),
      answers: { 202: z.object({ id: z.string(), status: z.enum(messageStatuses) }) },
    },
    async ({ env, workspace, params, caller, body }) => {
      const row = await findMessage(env, workspace, params["id"] ?? "");
      const user = row.user as UserKey; // written by the projection of that user's facts
      const before = (await userObject(env, workspace, user).message(row.id))?.message;
      if (before === undefined) throw new Fault("not-found", `The message "${row.id}" is no longer kept`);
      const evenIfSent = body?.evenIfSent === true;
      const letter = givenUp(before);
      if (letter === undefined)
        throw new Fault("conflict", `Only a message that was given up is sent again; "${row.id}" is ${before.status}`);
      if (letter.mayBeOut && !evenIfSent)
        throw new Fault("conflict", `The user may have the message "${row.id}": {"evenIfSent": true} sends it all the same`);
      const reason = `replayed by ${caller.by.type} ${caller.by.id}`;
      await stimulate({ env, workspace, user }, [{ type: "replay", message: row.id, evenIfSent, reason }]);
      const after = (await userObject(env, workspace, user).message(row.id))?.message;
      return answer({ id: row.id, status: after?.status ?? before.status }, { status: 202 });
    },
  ),
];
