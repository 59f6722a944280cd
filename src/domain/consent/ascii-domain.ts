/*
 * Names of domains in other scripts are written in two ways: as people do, and as machines do ("xn--…", Punycode, RFC 3492). The
 * platform's URL does this too, but the core knows no platform.
 */

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_CODE = 128;

/** RFC 3492, 6.1. */
const adapted = (delta: number, points: number, isFirst: boolean): number => {
  let left = isFirst ? Math.floor(delta / DAMP) : Math.floor(delta / 2);
  left += Math.floor(left / points);
  let steps = 0;
  while (left > ((BASE - T_MIN) * T_MAX) / 2) {
    left = Math.floor(left / (BASE - T_MIN));
    steps += BASE;
  }
  return steps + Math.floor(((BASE - T_MIN + 1) * left) / (left + SKEW));
};

/** a to z are 0 to 25, the digits 26 to 35. */
const digit = (value: number): string => String.fromCharCode(value < 26 ? 97 + value : 22 + value);

/** A number in digits of variable length (RFC 3492, 3.3). */
const variable = (value: number, bias: number): string => {
  let text = "";
  let left = value;
  for (let k = BASE; ; k += BASE) {
    const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
    if (left < threshold) return text + digit(left);
    text += digit(threshold + ((left - threshold) % (BASE - threshold)));
    left = Math.floor((left - threshold) / (BASE - threshold));
  }
};

/** RFC 3492, 6.3. */
const encoded = (label: string): string => {
  const points = Array.from(label, (character) => character.codePointAt(0) ?? 0);
  const plain = points.filter((point) => point < FIRST_CODE);
  let text = String.fromCodePoint(...plain) + (plain.length > 0 ? "-" : "");
  let done = plain.length;
  let delta = 0;
  let bias = FIRST_BIAS;
  let from = FIRST_CODE;
  while (done < points.length) {
    const next = Math.min(...points.filter((point) => point >= from));
    delta += (next - from) * (done + 1);
    from = next;
    for (const point of points) {
      if (point < from) delta++;
      if (point !== from) continue;
      text += variable(delta, bias);
      bias = adapted(delta, done + 1, done === plain.length);
      delta = 0;
      done++;
    }
    delta++;
    from++;
  }
  return text;
};

/** The domain as machines write it, in small letters: "bücher.example" -> "xn--bcher-kva.example". */
export const asciiDomain = (domain: string): string =>
  domain
    .normalize("NFKC")
    .toLowerCase()
    .split(/[.\u3002]/)
    .map((label) => (/^[\0-\x7f]*$/.test(label) ? label : `xn--${encoded(label)}`))
    .join(".");
