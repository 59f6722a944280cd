import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Channel } from "../message/message.ts";
import { windowMs } from "../schedule/duration.ts";
import { capText, countClaim, exceededCap, releaseClaim, type Claims } from "./caps.ts";
import { maxCapCount, type Cap } from "./rules.ts";

const channels = ["email", "sms", "push"] as const;
const cap: fc.Arbitrary<Cap> = fc.record(
  { channel: fc.constantFrom(...channels), count: fc.integer({ min: 1, max: 6 }), per: fc.constantFrom("PT1M", "PT10M", "PT1H", "P1D") },
  { requiredKeys: ["count", "per"] },
);
/** What happens: some time passes, then a message of a channel asks, and may be taken back later. */
const move = fc.record({
  after: fc.integer({ min: 0, max: 1_800_000 }),
  channel: fc.constantFrom(...channels),
  takesBack: fc.option(fc.nat(10), { nil: undefined }),
});

interface Sent {
  readonly channel: Channel;
  readonly at: number;
}

/** Scans everything ever sent and not taken back. */
const oracle = (sent: readonly Sent[], caps: readonly Cap[], asked: Sent): boolean =>
  caps.some((one) => {
    if (one.channel !== undefined && one.channel !== asked.channel) return false;
    const counted = sent.filter(
      ({ channel, at }) => (one.channel === undefined || channel === one.channel) && asked.at - at < windowMs(one.per),
    );
    return counted.length >= one.count;
  });

describe("caps", () => {
  it("equal a scan of everything that was sent, whatever was taken back meanwhile, and never let more through in any window", () => {
    fc.assert(
      fc.property(fc.array(cap, { minLength: 1, maxLength: 4 }), fc.array(move, { maxLength: 80 }), (caps, moves) => {
        let claims: Claims = {};
        let sent: readonly Sent[] = [];
        let now = 1_000_000_000_000;
        for (const { after, channel, takesBack } of moves) {
          now += after;
          const exceeded = exceededCap(claims, caps, { channel, now });
          expect(exceeded !== undefined).toBe(oracle(sent, caps, { channel, at: now }));
          if (exceeded === undefined) {
            claims = countClaim(claims, caps, { channel, at: now });
            sent = [...sent, { channel, at: now }];
          }
          const back = takesBack === undefined ? undefined : sent.at(-1 - takesBack);
          if (back === undefined) continue;
          claims = releaseClaim(claims, back);
          sent = sent.filter((one) => one !== back);
        }
        for (const one of caps)
          for (const { at } of sent) {
            const inWindow = sent.filter(
              (other) =>
                (one.channel === undefined || other.channel === one.channel) && other.at <= at && at - other.at < windowMs(one.per),
            );
            expect(inWindow.length).toBeLessThanOrEqual(one.count);
          }
      }),
    );
  });

  it("keep no more than a cap can ask about, and nothing where none counts the channel", () => {
    const caps: readonly Cap[] = [{ channel: "email", count: maxCapCount, per: "P1D" }];
    let claims: Claims = {};
    for (let at = 1; at <= maxCapCount + 10; at++) claims = countClaim(claims, caps, { channel: "email", at });
    expect(claims["email"]).toHaveLength(maxCapCount);
    expect(countClaim(claims, caps, { channel: "email", at: 200_000_000 })["email"]).toEqual([200_000_000]);
    expect(countClaim(claims, caps, { channel: "sms", at: 5 })).toBe(claims);
    expect(releaseClaim(claims, { channel: "sms", at: 5 })).toBe(claims);
  });

  it("are told in words", () => {
    expect(capText({ count: 3, per: "P1D" })).toBe("3 per P1D");
    expect(capText({ channel: "sms", count: 1, per: "PT1H" })).toBe("1 per PT1H on sms");
  });
});
