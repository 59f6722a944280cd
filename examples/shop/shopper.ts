import { randomUUID } from "node:crypto";

/** One tracking call of a shopper, `at` milliseconds after the day began. */
export interface ShopCall {
  readonly at: number;
  readonly item: Readonly<Record<string, unknown>>;
}

const products = [
  { sku: "mug", name: "Enamel mug", price: 14 },
  { sku: "lamp", name: "Reading lamp", price: 59 },
  { sku: "chair", name: "Garden chair", price: 129 },
  { sku: "blanket", name: "Wool blanket", price: 89 },
  { sku: "print", name: "Harbour print", price: 24 },
] as const;
const firstNames = ["Ada", "Ben", "Chloe", "David", "Emma", "Finn", "Greta", "Hugo", "Ida", "Jonas"] as const;
const locales = ["en", "de", "fr"] as const;

/** Numbers from 0 to 1 that are the same for the same seed: every demo is the same day. (mulberry32) */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const pick = <const T extends readonly [unknown, ...unknown[]]>(items: T, random: () => number): T[number] =>
  items[Math.floor(random() * items.length)];

/**
 * The day of one shopper: signs up, looks around, in three of five cases fills a cart, and orders what is in it in about
 * half of those. `dayMs` is how long a day takes; everything happens within its first half hour of shopping.
 */
export const shopperDay = (n: number, dayMs: number, run: string): readonly ShopCall[] => {
  const random = seededRandom(n + 1);
  const userId = `${run}-shopper-${n}`;
  const name = pick(firstNames, random);
  const calls: ShopCall[] = [];
  let at = random() * dayMs * 0.8;
  const call = (item: Readonly<Record<string, unknown>>): void =>
    void calls.push({ at, item: { messageId: randomUUID(), userId, ...item } });
  const later = (share: number): void => void (at += random() * dayMs * share);

  call({ type: "identify", traits: { email: `${userId}@example.com`, firstName: name, locale: pick(locales, random), plan: "free" } });
  call({ type: "track", event: "Signed Up", properties: { source: random() < 0.3 ? "newsletter" : "search" } });
  for (let views = 1 + Math.floor(random() * 4); views > 0; views--) {
    later(0.01);
    const product = pick(products, random);
    call({ type: "page", name: "Product", properties: { path: `/products/${product.sku}` } });
    call({ type: "track", event: "Product Viewed", properties: product });
  }
  if (random() > 0.6) return calls;
  later(0.01);
  const product = pick(products, random);
  const cart = { ...product, cart_id: `${run}-cart-${n}` };
  call({ type: "track", event: "Product Added", properties: cart });
  if (random() > 0.5) return calls;
  later(0.15);
  call({
    type: "track",
    event: "Order Completed",
    properties: { cart_id: cart.cart_id, total: product.price, order_id: `${run}-order-${n}` },
  });
  return calls;
};
