import { describe, expect, it } from "vitest";
import { eventTime } from "./time.ts";

const RECEIVED = 1_000_000;

describe("eventTime", () => {
  it.each([
    ["nothing stated: receipt", {}, RECEIVED],
    ["a timestamp alone stands", { timestamp: RECEIVED - 500 }, RECEIVED - 500],
    ["a wrong clock is corrected by sentAt", { timestamp: 50, sentAt: 60 }, RECEIVED - 10],
    ["originalTimestamp goes before timestamp where sentAt was sent", { originalTimestamp: 50, timestamp: 999, sentAt: 60 }, RECEIVED - 10],
    ["without sentAt the timestamp goes first", { originalTimestamp: 50, timestamp: 999 }, 999],
    ["originalTimestamp alone stands", { originalTimestamp: 50 }, 50],
    ["sentAt alone says nothing", { sentAt: 60 }, RECEIVED],
    ["the future becomes receipt", { timestamp: RECEIVED + 1 }, RECEIVED],
    ["a call after its sending becomes receipt", { timestamp: 70, sentAt: 60 }, RECEIVED],
  ])("%s", (_name, stated, time) => {
    expect(eventTime(stated, RECEIVED)).toBe(time);
  });
});
