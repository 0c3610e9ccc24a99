/** What a search shows of a long text, and what of an address it understands. */
import { expect, test } from "vitest";
import { glimpse } from "@/pages/search/marked";
import { understood, without } from "@/pages/search/wanted";

test("a short text is shown whole", () => {
  expect(glimpse("Varnish the mast.", [[0, 7]])).toEqual({ text: "Varnish the mast.", spans: [[0, 7]] });
});

test("of a long text the part is shown in which the words stand, and they stay marked", () => {
  const text = `${"before ".repeat(100)}varnish the mast ${"after ".repeat(100)}`;
  const at = text.indexOf("varnish");
  const shown = glimpse(text, [[at, at + 7]], 120);
  const [from = 0, to = 0] = shown.spans[0] ?? [];
  expect(shown.text.slice(from, to)).toBe("varnish");
  expect(shown.text).toMatch(/^…before .* after…$/);
  expect(shown.text.length).toBeLessThanOrEqual(122);
});

test("marks are counted in characters, also beside an emoji", () => {
  const text = `🎬 ${"film ".repeat(80)}reel`;
  const letters = [...text];
  const at = letters.length - 4;
  const shown = glimpse(text, [[at, at + 4]], 60);
  const [from = 0, to = 0] = shown.spans[0] ?? [];
  expect([...shown.text].slice(from, to).join("")).toBe("reel");
});

test("an address is understood as far as it makes sense", () => {
  expect(
    understood({ q: 1984, kind: "book", genre: ["Drama", 3], seen: "maybe", since: "soon", in: "attic" }),
  ).toEqual({
    q: "1984",
    kind: ["book"],
    genre: ["Drama", "3"],
  });
  expect(understood({ kind: ["opera"], year_from: -4, language: "../x" })).toEqual({});
});

test("a filter that is taken away leaves the others", () => {
  expect(without({ q: "mast", kind: ["film"], seen: true }, "kind")).toEqual({ q: "mast", seen: true });
});
