/** What an answer cites, each source once and numbered in the order in which it is first cited. */
import type { CitationView, SentenceView } from "@/api/schema";

export type Numbered = { number: number; citation: CitationView };

export function keyOf(citation: CitationView): string {
  return [citation.kind, citation.media_id, citation.item_id, citation.start_ms, citation.quote].join("\n");
}

/** Every source of an answer, in order. */
export function sourcesOf(sentences: readonly SentenceView[]): readonly Numbered[] {
  const byKey = new Map<string, Numbered>();
  for (const citation of sentences.flatMap((sentence) => sentence.citations)) {
    const key = keyOf(citation);
    if (!byKey.has(key)) byKey.set(key, { number: byKey.size + 1, citation });
  }
  return [...byKey.values()];
}

/** A sentence without a language model is a quotation with its place before it: then the quotation speaks for itself. */
export function quotationOf(sentence: SentenceView): CitationView | undefined {
  const [only, ...others] = sentence.citations;
  if (!only || others.length > 0 || only.kind !== "passage") return undefined;
  return sentence.text
    .trimEnd()
    .replace(/[”"’']$/, "")
    .endsWith(only.quote) && sentence.text !== only.quote
    ? only
    : undefined;
}

/** An answer as text, with its sources below, for the clipboard. */
export function written(sentences: readonly SentenceView[], line: (numbered: Numbered) => string): string {
  const sources = sourcesOf(sentences);
  const numbers = new Map(sources.map((one) => [keyOf(one.citation), one.number]));
  const text = sentences
    .map(
      ({ text, citations }) => `${text} ${citations.map((one) => `[${numbers.get(keyOf(one))}]`).join("")}`,
    )
    .join(" ");
  return `${text}\n\n${sources.map((one) => `[${one.number}] ${line(one)}`).join("\n")}`;
}
