/** Text with the ranges marked in which the words of the query stand. */
import { Fragment } from "react";

type Span = readonly [number, number];

export function Marked({ text, spans }: { text: string; spans: readonly (readonly number[])[] }) {
  // The API counts characters of Unicode, JavaScript halves of them.
  const letters = [...text];
  const parts: { from: number; text: string; isMarked: boolean }[] = [];
  let at = 0;
  for (const [from, to] of spans as readonly Span[]) {
    if (from > at) parts.push({ from: at, text: letters.slice(at, from).join(""), isMarked: false });
    parts.push({ from, text: letters.slice(from, to).join(""), isMarked: true });
    at = to;
  }
  if (at < letters.length) parts.push({ from: at, text: letters.slice(at).join(""), isMarked: false });
  return parts.map((part) =>
    part.isMarked ? (
      <mark key={part.from} className="rounded-sm bg-accent-soft px-0.5 font-semibold text-ink">
        {part.text}
      </mark>
    ) : (
      <Fragment key={part.from}>{part.text}</Fragment>
    ),
  );
}

/** As much of a long text as can be read at a glance, from a little before the first mark, cut between words. */
export function glimpse(
  text: string,
  spans: readonly (readonly number[])[],
  most = 300,
): { text: string; spans: readonly (readonly number[])[] } {
  const letters = [...text];
  if (letters.length <= most) return { text, spans };
  const first = spans[0]?.[0] ?? 0;
  let from = Math.max(0, Math.min(first - Math.floor(most / 4), letters.length - most));
  if (from > 0) {
    const space = letters.indexOf(" ", from);
    if (space >= 0 && space < first) from = space + 1;
  }
  let to = Math.min(letters.length, from + most);
  if (to < letters.length) to = Math.max(letters.lastIndexOf(" ", to), from + Math.floor(most / 2));
  const before = from > 0 ? "…" : "";
  const shift = before.length - from;
  return {
    text: `${before}${letters.slice(from, to).join("")}${to < letters.length ? "…" : ""}`,
    spans: spans
      .filter(([start = 0, end = 0]) => start >= from && end <= to)
      .map(([start = 0, end = 0]) => [start + shift, end + shift]),
  };
}
