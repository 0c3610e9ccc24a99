/** Transcripts are put together for reading, found in, and followed, whatever they are like. */
import { describe, expect, test } from "vitest";
import type { LineView } from "@/api/schema";
import { lineAt, linesWith, paragraphOf, paragraphsOf, placesIn } from "@/pages/player/paragraphs";

function line(start: number, text: string, speaker: number | null = 0, end = start + 900): LineView {
  return { start_ms: start, end_ms: end, speaker, text, heard: null, words: [] };
}

describe("paragraphs", () => {
  test("every line stands in one, in order", () => {
    const lines = Array.from({ length: 500 }, (_, at) =>
      line(at * 1000, "word ".repeat(at % 40), at % 7 < 4 ? 0 : 1),
    );
    const made = paragraphsOf(lines, []);
    expect(made.flatMap((one) => one.lines)).toEqual(lines);
    for (const [at, one] of made.entries()) {
      expect(paragraphOf(made, one.first)).toBe(at);
      expect(paragraphOf(made, one.first + one.lines.length - 1)).toBe(at);
      expect(new Set(one.lines.map(({ speaker }) => speaker))).toEqual(new Set([one.speaker]));
    }
  });

  test("another voice, a pause and a chapter begin a new one", () => {
    const lines = [
      line(0, "One."),
      line(1000, "Two.", 1),
      line(2000, "Three.", 1),
      line(9000, "Four.", 1),
      line(10_000, "Five.", 1),
    ];
    const chapter = { title: "The end", start_ms: 10_200 };
    const made = paragraphsOf(lines, [chapter]);
    expect(made.map(({ lines }) => lines.map(({ text }) => text))).toEqual([
      ["One."],
      ["Two.", "Three."],
      ["Four."],
      ["Five."],
    ]);
    expect(made.map(({ isTurn }) => isTurn)).toEqual([true, true, false, false]);
    expect(made.map(({ chapter }) => chapter)).toEqual([undefined, undefined, undefined, chapter]);
  });

  test("two chapters within a line: the later one is named", () => {
    const made = paragraphsOf(
      [line(0, "One.", 0, 5000)],
      [
        { title: "A", start_ms: 0 },
        { title: "B", start_ms: 3000 },
      ],
    );
    expect(made[0]?.chapter?.title).toBe("B");
  });
});

test("the line that is said now is the last that has begun", () => {
  const lines = [line(500, "One."), line(1500, "Two."), line(9000, "Three.")];
  expect([0, 499, 500, 1499, 1500, 8999, 9000, 1e9].map((ms) => lineAt(lines, ms))).toEqual([
    -1, -1, 0, 0, 1, 1, 2, 2,
  ]);
  expect(lineAt([], 100)).toBe(-1);
});

describe("finding", () => {
  test("neither case nor accents matter, and the place is that in the text itself", () => {
    const text = "Aki Kaurismäki, KAURISMAKI";
    expect(placesIn(text, "kaurismaki").map(([from, to]) => text.slice(from, to))).toEqual([
      "Kaurismäki",
      "KAURISMAKI",
    ]);
    expect(linesWith([line(0, "no"), line(1, "Já"), line(2, "ja, ja")], "JA")).toEqual([1, 2]);
  });

  test("letters that change their length keep the places right", () => {
    const text = "ﬁve İstanbul 🎬 films";
    const [[from, to] = [0, 0]] = placesIn(text, "films");
    expect(text.slice(from, to)).toBe("films");
  });

  test("nothing is found by nothing", () => {
    expect(placesIn("anything", "  ")).toEqual([]);
    expect(linesWith([line(0, "anything")], "")).toEqual([]);
  });
});
