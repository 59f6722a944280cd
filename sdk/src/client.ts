import { Identity, randomId } from "./identity.ts";
import { detectPlatform, type Platform } from "./platform.ts";
import { Queue } from "./queue.ts";
import { Sender } from "./sender.ts";
import type { CallOptions, Fields, Item, Tern, TernOptions } from "./types.ts";

export type { CallOptions, DeliveryError, Fields, Item, Tern, TernOptions } from "./types.ts";

const library = { name: "@tern/sdk", version: "0.1.0" };

/**
 * A client for browsers and servers. Calls never throw for reasons outside the program and never wait: items are queued,
 * sent in batches, and sent again under the same messageId until the platform has answered.
 *
 * In a browser the device's ids and the queue live in localStorage. On a server each call must name its user (TypeError
 * otherwise), and `await tern.flush()` belongs before the end of the process.
 */
export const createTern = (options: TernOptions, platform: Platform = detectPlatform()): Tern => {
  if (!options.writeKey || !options.host) throw new TypeError("createTern needs writeKey and host");
  const identity = platform.device && new Identity(platform.device);
  const queue = new Queue(platform.device, options.writeKey, options.maxQueue ?? 1000);
  const sender = new Sender(queue, options, platform);

  const call = (type: Item["type"], fields: Fields, given: CallOptions = {}) => {
    const userId = given.userId ?? identity?.userId();
    const anonymousId = given.anonymousId ?? identity?.anonymousId();
    if (!userId && !anonymousId) throw new TypeError(`${type}: on a server each call names userId or anonymousId`);
    const raw: Item = {
      type,
      messageId: given.messageId ?? randomId(),
      timestamp: (given.timestamp ?? new Date()).toISOString(),
      ...(userId ? { userId } : {}),
      ...(anonymousId ? { anonymousId } : {}),
      ...fields,
      context: { library, ...platform.context(), ...given.context },
    };
    // A copy, because callers go on changing their objects; what JSON cannot hold fails here, at the caller.
    const item = JSON.parse(JSON.stringify(raw)) as Item;
    const dropped = queue.add(item);
    if (dropped) options.onError?.({ status: 0, message: "The queue is full", items: [dropped] });
    sender.added();
  };

  return {
    identify(first?: string | Fields, second?: Fields | CallOptions, third?: CallOptions) {
      if (typeof first !== "string") return call("identify", { traits: first ?? {} }, second);
      identity?.remember(first);
      call("identify", { traits: second ?? {} }, { ...third, userId: first });
    },
    track: (event, properties = {}, given) => call("track", { event, properties }, given),
    page: (name, properties, given) =>
      call("page", { ...(name ? { name } : {}), properties: { ...platform.page(), ...properties } }, given),
    screen: (name, properties = {}, given) => call("screen", { name, properties }, given),
    group: (groupId, traits = {}, given) => call("group", { groupId, traits }, given),
    alias(userId, previousId, given) {
      const from = previousId ?? identity?.anonymousId();
      if (!from) throw new TypeError("alias: on a server previousId must be given");
      identity?.remember(userId);
      call("alias", { previousId: from }, { ...given, userId });
    },
    flush: () => sender.flush(),
    reset: () => identity?.forget(),
    anonymousId: () => identity?.anonymousId(),
    userId: () => identity?.userId(),
  };
};
