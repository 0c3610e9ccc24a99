/** Lines put together for reading: what one voice says without a pause, in pieces that a page can draw one by one. */
import type { ChapterView, LineView } from "@/api/schema";

export type Paragraph = {
  /** The number of its first line. */
  first: number;
  lines: readonly LineView[];
  speaker: number | null;
  /** Whether somebody else spoke before. */
  isTurn: boolean;
  /** The chapter that begins with it. */
  chapter: ChapterView | undefined;
};

/** Characters after which a paragraph ends with its line. */
const LONG = 420;
/** A silence that begins a new one, in milliseconds. */
const PAUSE = 2500;

export function paragraphsOf(
  lines: readonly LineView[],
  chapters: readonly ChapterView[],
): readonly Paragraph[] {
  const made: (Omit<Paragraph, "lines"> & { lines: LineView[] })[] = [];
  let size = 0;
  let at = 0;
  lines.forEach((line, number) => {
    const last = made.at(-1);
    const before = last?.lines.at(-1);
    let chapter: ChapterView | undefined;
    // A chapter begins at the line that is nearest: models give seconds, lines milliseconds.
    for (let next = chapters[at]; next && next.start_ms < line.end_ms; next = chapters[at]) {
      chapter = next;
      at += 1;
    }
    const isTurn = !last || last.speaker !== line.speaker;
    const isPause = before !== undefined && line.start_ms - before.end_ms >= PAUSE;
    if (!last || isTurn || isPause || chapter || size + line.text.length > LONG) {
      made.push({ first: number, lines: [line], speaker: line.speaker, isTurn, chapter });
      size = line.text.length;
    } else {
      last.lines.push(line);
      size += line.text.length;
    }
  });
  return made;
}

/** The number of the paragraph that a line stands in. */
export function paragraphOf(paragraphs: readonly Paragraph[], line: number): number {
  let low = 0;
  let high = paragraphs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((paragraphs[middle]?.first ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The number of the line that is said at a time, or was last; -1 before the first. */
export function lineAt(lines: readonly LineView[], ms: number): number {
  let low = -1;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle]?.start_ms ?? 0) <= ms) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A text to find things in: no case and no accents, of the same length, so that places hold in the original. */
function plain(text: string): string {
  // Most lines are, and ten thousand of them are looked through with every letter that is typed.
  if (isAscii(text)) return text.toLowerCase();
  return Array.from(text, (letter) => {
    const bare = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    return bare.length === letter.length ? bare : letter;
  }).join("");
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}

/** Where words stand in a text: from and up to which character. */
export function placesIn(text: string, wanted: string): readonly (readonly [number, number])[] {
  const sought = plain(wanted.trim());
  if (!sought) return [];
  const hay = plain(text);
  const places: (readonly [number, number])[] = [];
  for (let at = hay.indexOf(sought); at >= 0; at = hay.indexOf(sought, at + sought.length)) {
    places.push([at, at + sought.length]);
  }
  return places;
}

/** The numbers of the lines in which it is said. */
export function linesWith(lines: readonly LineView[], wanted: string): readonly number[] {
  const sought = plain(wanted.trim());
  if (!sought) return [];
  return lines.flatMap((line, number) => (plain(line.text).includes(sought) ? [number] : []));
}
