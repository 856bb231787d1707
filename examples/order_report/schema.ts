/**
 * A shop: money in cents, since sums of whole numbers are exact.
 *
 * @module
 */
import { date, integer, table, text } from "@strata/data";

export const customers = table("customers", {
  id: integer().primaryKey(),
  name: text(),
  country: text(),
});

export const products = table("products", {
  id: integer().primaryKey(),
  name: text(),
  category: text(),
});

export const orders = table("orders", {
  id: integer().primaryKey(),
  customerId: integer().references("customers"),
  status: text(["open", "paid", "returned"]),
  placedAt: date(),
  // Queries have no date parts: what you group by, you store.
  month: text(),
}, { indexes: ["customerId", ["status", "month"]] });

export const lines = table("lines", {
  orderId: integer().references("orders", { onDelete: "cascade" }),
  productId: integer().references("products"),
  quantity: integer(),
  unitCents: integer(), // as it was when it was ordered
}, { primaryKey: ["orderId", "productId"], indexes: ["productId"] });

export const schema = { tables: [customers, products, orders, lines] };
