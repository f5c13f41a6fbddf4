import { z } from 'zod';

/** An order's, customer's or payment's id: letters, digits, dot, dash, underscore, colon is not among them; at most 64. */
export const entityId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must be 1 to 64 letters, digits, dots, dashes or underscores, and begin with a letter or digit',
  );

/** A stock keeping unit. Real ones contain spaces (`BANK CHARGES`) and underscores. */
export const sku = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?$/,
    'must be 1 to 64 letters, digits, dots, dashes, underscores or inner spaces',
  );

/** ISO 4217. */
export const currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of three capital letters (ISO 4217)');

/** Minor units (pence, cents): an integer from 0 to 10^12. */
export const amount = z.int().min(0).max(1_000_000_000_000);

/** The most pieces of one SKU that a line, and all the lines of an order together, may have. The real file's largest line has 74,215. */
export const quantityMax = 1_000_000;

/** A count of pieces: 1 to {@link quantityMax}. */
export const quantity = z.int().min(1).max(quantityMax);

export const reason = z.string().min(1).max(500);

/** An order line. Several lines of one SKU stay several lines. */
export const orderLine = z.strictObject({
  sku,
  description: z.string().max(200).optional(),
  quantity,
  /** Minor units of the order's currency for one piece. */
  unitPrice: amount,
});
export type OrderLine = z.infer<typeof orderLine>;

export const skuQuantity = z.strictObject({ sku, quantity });
export type SkuQuantity = z.infer<typeof skuQuantity>;

/** Where to ship. Personal data. */
export const shipTo = z.strictObject({
  name: z.string().max(200).optional(),
  address: z.array(z.string().max(200)).max(6).optional(),
  postalCode: z.string().max(20).optional(),
  country: z.string().max(60).optional(),
});
export type ShipTo = z.infer<typeof shipTo>;

/** What the payment provider knows the customer's means of payment by. */
export const paymentToken = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, dashes or underscores');

/** An order has at most this many lines. */
export const orderLinesMax = 1_000;

/** Postage, fees and the like: charged, never reserved. A stocked SKU begins with five digits. */
export function isServiceSku(value: string): boolean {
  return !/^\d{5}/.test(value);
}

/** The sum of the lines in minor units. */
export function totalOf(lines: readonly Pick<OrderLine, 'quantity' | 'unitPrice'>[]): number {
  return lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
}

/** Stocked SKUs of the lines, one entry each with the sum of its lines, in order of first appearance. */
export function stockedQuantities(lines: readonly SkuQuantity[]): SkuQuantity[] {
  const sums = new Map<string, number>();
  for (const line of lines) {
    if (!isServiceSku(line.sku)) sums.set(line.sku, (sums.get(line.sku) ?? 0) + line.quantity);
  }
  return [...sums].map(([code, pieces]) => ({ sku: code, quantity: pieces }));
}

/**
 * The first SKU, stocked or not, whose lines add up to more than {@link quantityMax}, with their sum. Such lines cannot be reserved or
 * given back as one: no command takes that many.
 */
export function oversizedQuantity(lines: readonly SkuQuantity[]): SkuQuantity | undefined {
  const sums = new Map<string, number>();
  for (const line of lines) sums.set(line.sku, (sums.get(line.sku) ?? 0) + line.quantity);
  for (const [code, sum] of sums) if (sum > quantityMax) return { sku: code, quantity: sum };
  return undefined;
}
