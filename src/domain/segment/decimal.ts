/** An exact decimal number: `digits` x 10^-`scale`. Sums of prices must not come out at 0.30000000000000004. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

export const zero: Decimal = { digits: 0n, scale: 0 };

const pattern = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

/** Reads what `String` prints of a finite number, and what `decimalText` prints. */
export const parseDecimal = (text: string): Decimal => {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`expected a number, got "${text}"`);
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] = match;
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
};

/** The decimal that a finite number is written as: 0.1 is one tenth. */
export const decimalOf = (number: number): Decimal => parseDecimal(String(number));

export const decimalText = ({ digits, scale }: Decimal): string => (scale === 0 ? String(digits) : `${digits}e-${scale}`);

export const numberOf = (decimal: Decimal): number => Number(decimalText(decimal));

const digitsAt = ({ digits, scale }: Decimal, wanted: number): bigint => digits * 10n ** BigInt(wanted - scale);

export const addDecimals = (a: Decimal, b: Decimal): Decimal => {
  const scale = Math.max(a.scale, b.scale);
  return { digits: digitsAt(a, scale) + digitsAt(b, scale), scale };
};

export const subtractDecimals = (a: Decimal, b: Decimal): Decimal => addDecimals(a, { ...b, digits: -b.digits });

export const timesCount = ({ digits, scale }: Decimal, count: number): Decimal => ({ digits: digits * BigInt(count), scale });

/** Negative when a < b. */
export const compareDecimals = (a: Decimal, b: Decimal): number => {
  const scale = Math.max(a.scale, b.scale);
  const difference = digitsAt(a, scale) - digitsAt(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
