import * as z from "zod";
import { e164 } from "../../domain/message/e164.ts";
import type { Sending } from "../provider.ts";
import { Unprepared } from "../unprepared.ts";

/** The text of a message for the sms channel. */
export const textOfSms = ({ content }: Sending): string => {
  if (content.channel !== "sms") throw new Error(`expected sms content, got ${content.channel}`);
  return content.body;
};

/**
 * `+` and digits. @throws Unprepared for an address that is no telephone number: no provider could reach it, and nothing is sent
 */
export const numberOf = (to: string): string => {
  const read = e164(to);
  if (!read.ok) throw new Unprepared({ kind: "unreachable", detail: read.reason });
  return read.number;
};

/** Some providers take numbers without the `+`. */
export const digitsOf = (to: string): string => numberOf(to).replace(/^\+/, "");

/** A number as a provider without `+` says it, in our own writing. */
export const plusDigits = (number: string | undefined): string | undefined =>
  number !== undefined && /^\d{7,15}$/.test(number) ? `+${number}` : number;

/** A sender as those providers say it: a number without `+`, or a name. */
export const bareSender = (from: string): string => from.replace(/^\+/, "");

/** Numbers, short codes, and names as networks show them. Source: 3GPP TS 23.040, 9.1.2.5 (at most 11 characters). */
export const smsSenderSetting = (what = "Who texts come from") =>
  z
    .string()
    .regex(
      /^(?:\+[1-9]\d{6,14}|\d{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 &._+-]{1,11})$/,
      "a telephone number with +, a short code, or a name of at most 11 letters and digits",
    )
    .meta({
      description: `${what}: a number of the account's (+4915123456789), a short code, or a name of at most 11 letters where the country allows it`,
      examples: ["+4915123456789"],
    });
