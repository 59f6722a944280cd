import type { InputProblem } from "../fault.ts";
import { smsSegments } from "../message/sms-segments.ts";

/** More parts than this are refused or torn apart by many networks. Source: twilio.com/docs/glossary/what-is-an-sms-segment (1,600 characters). */
const maxSegments = 10;

/** What a text that is about to be sent should be changed in: characters that make it cost more, and too many parts. */
export const adviseSms = (body: string): readonly InputProblem[] => {
  const { segments, foreign } = smsSegments(body);
  // Some other letter in the place of each: what the text would take if they were written otherwise.
  const plain = smsSegments(foreign.reduce((text, character) => text.replaceAll(character, "x"), body));
  const spared = plain.encoding === "GSM-7" ? segments - plain.segments : 0;
  const warnings: InputProblem[] = [];
  if (spared > 0)
    warnings.push({
      path: "body",
      message: `${foreign.join(" ")} not in the alphabet of plain texts: it takes ${segments} segments instead of ${plain.segments}`,
    });
  if (segments > maxSegments)
    warnings.push({ path: "body", message: `${segments} segments: many networks take no text of more than ${maxSegments}` });
  return warnings;
};
