/** A country in which WhatsApp knows a mobile number by fewer or more digits than those it is called by. */
interface Twice {
  /** Without the digit. */
  readonly short: RegExp;
  readonly long: RegExp;
  /** `$1` country, `$2` what stands before the digit, `$3` the rest. */
  readonly digit: string;
}

/**
 * Brazil's ninth digit, the 1 of Mexico and the 9 of Argentina. Source: developers.facebook.com, WhatsApp Cloud API, Contacts
 * (`wa_id` may differ from `input`), and those countries' numbering plans.
 */
const twice: readonly Twice[] = [
  { short: /^(\+55)(\d{2})([6-9]\d{7})$/, long: /^(\+55)(\d{2})9([6-9]\d{7})$/, digit: "9" },
  { short: /^(\+52)()(\d{10})$/, long: /^(\+52)()1(\d{10})$/, digit: "1" },
  { short: /^(\+54)()(\d{10})$/, long: /^(\+54)()9(\d{10})$/, digit: "9" },
];

/**
 * The number (`+` and digits) as WhatsApp says it, and as it may be written elsewhere: whoever writes STOP has to be found by
 * the number that messages are sent to. The number itself comes first.
 */
export const sameNumbers = (number: string): readonly string[] => {
  for (const { short, long, digit } of twice) {
    if (long.test(number)) return [number, number.replace(long, "$1$2$3")];
    if (short.test(number)) return [number, number.replace(short, `$1$2${digit}$3`)];
  }
  return [number];
};
