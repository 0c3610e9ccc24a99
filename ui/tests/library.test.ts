/** The library's shelf and addresses: every title has one place, arrows lead where they point, searches read back. */
import { describe, expect, it } from "vitest";
import { layoutOf, stepped } from "@/pages/library/layout";
import { filterCount, filterOf, orderOf, read, toggled, understood, written } from "@/pages/library/search";

const MONTHS = [
  { month: "2026-03", count: 7 },
  { month: "2026-01", count: 1 },
  { month: null, count: 12 },
];

describe("layout", () => {
  it.each(["grid", "list", "timeline"] as const)("gives every title of a %s one place", (shape) => {
    for (const width of [328, 700, 1200]) {
      const layout = layoutOf(shape, width, 20, MONTHS);
      const places: number[] = [];
      for (let row = 0; row < layout.rows; row++) {
        const { from, to } = layout.row(row);
        expect(to - from + 1).toBeLessThanOrEqual(layout.columns);
        for (let at = from; at <= to; at++) {
          places.push(at);
          expect(layout.rowOf(at)).toBe(row);
        }
      }
      expect(places).toEqual(Array.from({ length: 20 }, (_, at) => at));
    }
  });

  it("fills the width with columns and gaps", () => {
    const layout = layoutOf("grid", 1000, 50, []);
    expect(layout.columns * layout.width + (layout.columns - 1) * layout.gap).toBeCloseTo(1000);
  });

  it("begins each month with a heading and a row of its own", () => {
    const layout = layoutOf("timeline", 700, 20, MONTHS);
    const headings = Array.from({ length: layout.rows }, (_, row) => layout.row(row).month).filter(Boolean);
    expect(headings).toEqual(MONTHS);
  });
});

describe("arrows", () => {
  const layout = layoutOf("timeline", 700, 20, MONTHS);

  it("step over headings to the nearest column", () => {
    expect(layout.columns).toBe(4);
    expect(stepped(layout, 20, 2, "ArrowDown")).toBe(6);
    expect(stepped(layout, 20, 6, "ArrowDown")).toBe(7);
    expect(stepped(layout, 20, 7, "ArrowUp")).toBe(4);
    expect(stepped(layout, 20, 7, "ArrowDown")).toBe(8);
  });

  it("stay where there is nothing further", () => {
    expect(stepped(layout, 20, 19, "ArrowRight")).toBeUndefined();
    expect(stepped(layout, 20, 0, "ArrowUp")).toBeUndefined();
    expect(stepped(layout, 20, 19, "ArrowDown")).toBeUndefined();
  });

  it("reach both ends", () => {
    expect(stepped(layout, 20, 9, "Home")).toBe(8);
    expect(stepped(layout, 20, 9, "End")).toBe(11);
    expect(stepped(layout, 20, 9, "Ctrl+End")).toBe(19);
    expect(stepped(layout, 20, 9, "Ctrl+Home")).toBe(0);
  });
});

describe("addresses", () => {
  it("keep what is understood and nothing else", () => {
    const given = {
      kind: ["film", "song"],
      decade: 1990,
      from: 0.7,
      to: 4,
      sort: "best",
      view: "list",
      x: 1,
    };
    expect(understood(given)).toEqual({ kind: ["film"], decade: ["1990"], to: 4, view: "list" });
    expect(understood({ kind: "book", q: "  ", scope: "mine" })).toEqual({ kind: ["book"] });
  });

  it("read back as they were saved", () => {
    const search = understood({ kind: ["film"], genre: ["Drama"], from: 3, sort: "year", view: "timeline" });
    expect(read(written(search))).toEqual(search);
    expect(read("no search")).toEqual({});
    expect(read('{"kind":{"film":1}}')).toEqual({});
  });

  it("choose a value and let it go", () => {
    const chosen = toggled({ q: "moss" }, "genre", "Drama");
    expect(chosen).toEqual({ q: "moss", genre: ["Drama"] });
    expect(toggled(chosen, "genre", "Drama")).toEqual({ q: "moss" });
    expect(filterCount(chosen)).toBe(1);
    expect(filterOf({ ...chosen, from: 3, decade: ["1990"] })).toEqual({
      q: "moss",
      genre: ["Drama"],
      decade: [1990],
      rating_from: 3,
    });
  });

  it("sort by relevance only where there is a question", () => {
    expect(orderOf({ q: "moss" })).toBe("relevance");
    expect(orderOf({ sort: "relevance" })).toBe("met");
    expect(orderOf({ q: "moss", view: "timeline" })).toBe("met");
  });
});
