/**
 * What a shop asks of its orders. Each report is a query, a value: it is built once and runs anywhere.
 *
 * @module
 */
import {
  avg,
  count,
  countDistinct,
  type Database,
  gte,
  product,
  type Query,
  query,
  sum,
} from "@strata/data";
import { customers, lines, orders, products } from "./schema.ts";

const cents = product("quantity", "unitCents");

/** Lines of paid orders, each with its order. */
const paid = query(lines).join("order", orders, { id: "orderId" })
  .where({ "order.status": "paid" });

/** Customers with two orders or more, those who paid most first. */
export const bestCustomers = paid.join("customer", customers, { id: "order.customerId" })
  .groupBy(["customer.name", "customer.country"], {
    orders: countDistinct("orderId"),
    cents: sum(cents),
  })
  .where({ orders: gte(2) }) // after groupBy: what SQL calls having
  .orderBy("cents", "desc");

/** What each category brought in each month. */
export const byMonth = paid.join("product", products, { id: "productId" })
  .groupBy(["order.month", "product.category"], { pieces: sum("quantity"), cents: sum(cents) })
  .orderBy("order.month").orderBy("cents", "desc");

/** The products that sold best, whatever they cost. */
export const bestSellers = paid.join("product", products, { id: "productId" })
  .groupBy(["product.name"], { pieces: sum("quantity"), averageCents: avg("unitCents") })
  .orderBy("pieces", "desc").limit(3);

/** One row over all of it. */
export const totals = paid.groupBy([], {
  orders: countDistinct("orderId"),
  lines: count(),
  cents: sum(cents),
});

/** The rows of a query. */
type Rows<Q> = Q extends Query<infer R> ? R[] : never;

export interface Report {
  readonly bestCustomers: Rows<typeof bestCustomers>;
  readonly byMonth: Rows<typeof byMonth>;
  readonly bestSellers: Rows<typeof bestSellers>;
  readonly totals: Rows<typeof totals>[number] | undefined;
}

/** All reports at one state of the data. */
export async function report(db: Database): Promise<Report> {
  return await db.transaction(async (tx) => ({
    bestCustomers: await tx.all(bestCustomers),
    byMonth: await tx.all(byMonth),
    bestSellers: await tx.all(bestSellers),
    totals: await tx.first(totals),
  }));
}
