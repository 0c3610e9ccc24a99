/** A change of a standing shows wherever the title is, and only there. */
import { expect, test } from "vitest";
import { withStanding } from "@/api/items";
import { ratingOf } from "@/kit/rating";

const arrival = { id: 7, title: "Arrival", standing: null };
const dune = { id: 8, title: "Dune", standing: null };

test("a title deep in a list gets its new standing", () => {
  const data = { rows: [{ items: [arrival, dune] }], next: null };
  const changed = withStanding(data, 7, { rating: 4.5 });
  expect(changed.rows[0]?.items[0]?.standing).toMatchObject({ rating: 4.5, is_seen: false });
  expect(changed.rows[0]?.items[1]).toBe(dune);
  expect(data.rows[0]?.items[0]?.standing).toBeNull();
});

test("data without the title stays the very same object, so that nothing is drawn anew", () => {
  const data = { rows: [{ items: [dune] }] };
  expect(withStanding(data, 7, { rating: 4.5 })).toBe(data);
});

test("what only has the title's number is no title", () => {
  const data = { list: { id: 7, name: "a list" } };
  expect(withStanding(data, 7, { is_saved: true })).toBe(data);
});

test("keys set ratings in halves", () => {
  expect(ratingOf("7", null)).toBe(3.5);
  expect(ratingOf("0", null)).toBe(5);
  expect(ratingOf("ArrowRight", null)).toBe(0.5);
  expect(ratingOf("ArrowRight", 5)).toBe(5);
  expect(ratingOf("ArrowLeft", 0.5)).toBeNull();
  expect(ratingOf("Delete", 3)).toBeNull();
  expect(ratingOf("x", 3)).toBeUndefined();
});
