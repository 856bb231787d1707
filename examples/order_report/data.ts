/**
 * @module
 */
import type { Database } from "@strata/data";
import { customers, lines, orders, products } from "./schema.ts";

const MONTHS = ["2026-01", "2026-02"];

/** Four customers, three products, six orders; all of it or nothing. */
export async function fill(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.insert(customers, [
      { id: 1, name: "Ada", country: "GB" },
      { id: 2, name: "Grace", country: "US" },
      { id: 3, name: "Margaret", country: "US" },
      { id: 4, name: "Radia", country: "US" }, // who has ordered nothing yet
    ]);
    await tx.insert(products, [
      { id: 1, name: "Pencil", category: "paper" },
      { id: 2, name: "Notebook", category: "paper" },
      { id: 3, name: "Lamp", category: "light" },
    ]);
    const order = (id: number, customerId: number, status: "open" | "paid", month: 0 | 1) => ({
      ...{ id, customerId, status, month: MONTHS[month] ?? "" },
      placedAt: new Date(Date.UTC(2026, month, id)),
    });
    await tx.insert(orders, [
      order(1, 1, "paid", 0),
      order(2, 1, "paid", 1),
      order(3, 2, "paid", 0),
      order(4, 2, "paid", 1),
      order(5, 3, "paid", 1),
      order(6, 3, "open", 1),
    ]);
    await tx.insert(lines, [
      { orderId: 1, productId: 1, quantity: 10, unitCents: 90 },
      { orderId: 1, productId: 3, quantity: 1, unitCents: 4_500 },
      { orderId: 2, productId: 2, quantity: 4, unitCents: 350 },
      { orderId: 3, productId: 3, quantity: 2, unitCents: 4_500 },
      { orderId: 4, productId: 1, quantity: 5, unitCents: 110 },
      { orderId: 5, productId: 2, quantity: 30, unitCents: 300 },
      { orderId: 6, productId: 3, quantity: 9, unitCents: 4_500 },
    ]);
  });
}
