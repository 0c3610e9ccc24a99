/** Answers come as events, and cite each source by one number. */
import { describe, expect, test } from "vitest";
import type { CitationView, SentenceView } from "@/api/schema";
import { quotationOf, sourcesOf, written } from "@/pages/ask/citations";
import { read } from "@/pages/ask/stream";

function cited(
  quote: string,
  start_ms: number | null = 1000,
  kind: CitationView["kind"] = "passage",
): CitationView {
  return {
    kind,
    quote,
    title: "Bees",
    media_id: 1,
    item_id: 2,
    start_ms,
    end_ms: 2000,
    speaker: null,
    page: null,
    link: null,
  };
}

function said(text: string, ...citations: CitationView[]): SentenceView {
  return { text, citations };
}

describe("events", () => {
  test("a name and its data", () => {
    expect(read('event: sentence\ndata: {"text": "Bees: dance."}')).toEqual({
      name: "sentence",
      data: { text: "Bees: dance." },
    });
  });

  test("data over several lines, and line ends of other systems", () => {
    expect(read("event: x\r\ndata: [1,\r\ndata: 2]")).toEqual({ name: "x", data: [1, 2] });
  });

  test("a sign of life is none", () => {
    expect(read(": still at it")).toBeUndefined();
    expect(read("")).toBeUndefined();
  });
});

describe("citations", () => {
  const dance = cited("Bees dance.");
  const sleep = cited("Bees sleep.", 5000);

  test("a source has one number, wherever it is cited", () => {
    const sources = sourcesOf([said("They dance.", dance), said("And sleep.", sleep, { ...dance })]);
    expect(sources.map(({ number, citation }) => [number, citation.quote])).toEqual([
      [1, "Bees dance."],
      [2, "Bees sleep."],
    ]);
  });

  test("a sentence that only quotes is shown as the quotation", () => {
    expect(quotationOf(said("At 0:01 in “Bees”: “Bees dance.”", dance))).toBe(dance);
    expect(quotationOf(said("Bees dance and sleep.", dance, sleep))).toBeUndefined();
    expect(
      quotationOf(said("You rated Bees 4 of 5.", cited("You rated Bees 4 of 5.", null, "event"))),
    ).toBeUndefined();
    expect(quotationOf(said("It says that bees move about.", dance))).toBeUndefined();
  });

  test("a copy has the numbers and what they stand for", () => {
    const text = written(
      [said("They dance.", dance), said("They sleep.", sleep, dance)],
      ({ citation }) => citation.quote,
    );
    expect(text).toBe("They dance. [1] They sleep. [2][1]\n\n[1] Bees dance.\n[2] Bees sleep.");
  });
});
