/** What is said, to be read along: the line that is spoken stays in view until somebody scrolls elsewhere. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useWindowVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { ArrowDownToLine } from "lucide-react";
import {
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { LineView, MediaDetails } from "@/api/schema";
import { Button } from "@/kit/button";
import type { Playback } from "@/kit/playback";
import { useShortcuts } from "@/kit/shortcuts";
import { type Act, ParagraphRow } from "./paragraph";
import { ParagraphEditor } from "./paragraph-editor";
import { lineAt, type Paragraph, paragraphOf, paragraphsOf } from "./paragraphs";

type TranscriptProps = {
  media: MediaDetails;
  lines: readonly LineView[];
  playback: Playback;
  /** What is looked for in it. */
  wanted: string;
  /** The line of the hit one is at. */
  hit: number | undefined;
  /** The height of what stays in view above, in pixels. */
  above: number;
  onSeek: (second: number) => void;
};

export function Transcript({ media, lines, playback, wanted, hit, above, onSeek }: TranscriptProps) {
  const { t } = useLingui();
  const list = useRef<HTMLDivElement>(null);
  const paragraphs = useMemo(() => paragraphsOf(lines, media.chapters), [lines, media.chapters]);
  const margin = useMargin(list);
  const rows = useWindowVirtualizer({
    count: paragraphs.length,
    estimateSize: (at) => sizeOf(paragraphs[at], list.current?.clientWidth ?? 600),
    getItemKey: (at) => paragraphs[at]?.first ?? at,
    overscan: 4,
    scrollMargin: margin,
    scrollPaddingStart: above + 24,
  });
  const [editing, setEditing] = useState<number>();
  const [chosen, setChosen] = useState<number>();
  const current = useCurrent(playback, lines);
  const reveal = useReveal(rows, paragraphs, list, above);
  const { isFollowing, follow } = useFollowing(current, reveal);

  useEffect(() => {
    if (hit !== undefined) reveal(hit);
  }, [hit, reveal]);

  const focus = useCallback(
    (line: number) => {
      setChosen(line);
      reveal(line);
      afterDrawing(() => list.current?.querySelector<HTMLElement>(`[data-line="${line}"]`)?.focus());
    },
    [reveal],
  );
  const seek = (line: number) => {
    const start = lines[line]?.start_ms;
    if (start === undefined) return;
    setChosen(line);
    follow();
    onSeek(start / 1000);
  };
  const act: Act = {
    seek,
    edit: setEditing,
    move: (line, by) => focus(Math.min(lines.length - 1, Math.max(0, line + by))),
  };
  useShortcuts([
    {
      keys: "e",
      name: t`Correct what is said now`,
      run: () => {
        const line = chosen ?? Math.max(0, current);
        reveal(line);
        setEditing(paragraphs[paragraphOf(paragraphs, line)]?.first);
      },
    },
  ]);
  const entry = chosen ?? Math.max(0, current);

  return (
    <div ref={list} className="relative">
      <div style={{ height: rows.getTotalSize() }} className="relative">
        {rows.getVirtualItems().map((row) => {
          const paragraph = paragraphs[row.index];
          if (!paragraph) return null;
          return (
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              style={{ transform: `translateY(${row.start - margin}px)` }}
              className="absolute inset-x-0 top-0"
            >
              {editing === paragraph.first ? (
                <ParagraphEditor media={media} paragraph={paragraph} onClose={() => setEditing(undefined)} />
              ) : (
                <ParagraphRow
                  media={media}
                  paragraph={paragraph}
                  current={current}
                  entry={entry}
                  wanted={wanted}
                  hit={hit}
                  act={act}
                />
              )}
            </div>
          );
        })}
      </div>
      {!isFollowing && current >= 0 && (
        <div className="pointer-events-none sticky bottom-24 z-20 mt-4 flex justify-center lg:bottom-6">
          <Button
            size="small"
            onClick={() => {
              follow();
              reveal(current);
            }}
            className="appear pointer-events-auto rounded-full border-transparent bg-ink px-4 text-paper shadow-high hover:bg-ink/90"
          >
            <ArrowDownToLine aria-hidden />
            <Trans>Back to where it plays</Trans>
          </Button>
        </div>
      )}
    </div>
  );
}

/** The line that is said now, or was last; -1 before it has begun. */
function useCurrent(playback: Playback, lines: readonly LineView[]): number {
  const read = useCallback(() => {
    const second = playback.second();
    return second > 0 ? lineAt(lines, second * 1000) : -1;
  }, [playback, lines]);
  return useSyncExternalStore(playback.watchClock, read);
}

/** How far from the top of the document the list begins. */
function useMargin(list: RefObject<HTMLDivElement | null>): number {
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const look = () => {
      const top = list.current?.getBoundingClientRect().top;
      if (top !== undefined) setMargin(Math.round(top + window.scrollY));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [list]);
  return margin;
}

/** About how high a paragraph is; measured once it is drawn. */
function sizeOf(paragraph: Paragraph | undefined, width: number): number {
  if (!paragraph) return 60;
  const letters = paragraph.lines.reduce((sum, line) => sum + line.text.length + 1, 0);
  const rows = Math.ceil(letters / Math.max(20, Math.min(width, 680) / 8.6));
  return rows * 32 + (paragraph.isTurn ? 52 : 16) + (paragraph.chapter ? 64 : 0);
}

function afterDrawing(run: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(run));
}

/** Brings a line into view, unless it stands there comfortably. */
function useReveal(
  rows: Virtualizer<Window, Element>,
  paragraphs: readonly Paragraph[],
  list: RefObject<HTMLDivElement | null>,
  above: number,
): (line: number) => void {
  const known = useRef({ rows, paragraphs, above });
  useEffect(() => {
    known.current = { rows, paragraphs, above };
  });
  return useCallback(
    (line: number) => {
      const show = (mayLook: boolean) => {
        const element = list.current?.querySelector(`[data-line="${line}"]`);
        if (!element) {
          const { rows: now, paragraphs: those } = known.current;
          if (!mayLook) return;
          now.scrollToIndex(paragraphOf(those, line), { align: "start" });
          afterDrawing(() => show(false));
          return;
        }
        const { top, bottom } = element.getBoundingClientRect();
        const room = window.innerHeight - known.current.above;
        const isComfortable = top > known.current.above + 8 && bottom < window.innerHeight - room * 0.25;
        if (isComfortable) return;
        const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
        const by = top - known.current.above - room * 0.25;
        window.scrollBy({ top: by, behavior: isCalm || Math.abs(by) > 2000 ? "instant" : "smooth" });
      };
      show(true);
    },
    [list],
  );
}

const SCROLLING = new Set(["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"]);

/** Follows what is said until somebody scrolls, and again once they ask for it. */
function useFollowing(
  current: number,
  reveal: (line: number) => void,
): { isFollowing: boolean; follow: () => void } {
  const [isFollowing, setFollowing] = useState(true);
  useEffect(() => {
    const leave = () => setFollowing(false);
    const onKey = (event: KeyboardEvent) => {
      if (SCROLLING.has(event.key) && !event.defaultPrevented) leave();
    };
    window.addEventListener("wheel", leave, { passive: true });
    window.addEventListener("touchmove", leave, { passive: true });
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("wheel", leave);
      window.removeEventListener("touchmove", leave);
      window.removeEventListener("keydown", onKey);
    };
  }, []);
  useEffect(() => {
    if (isFollowing && current >= 0) reveal(current);
  }, [isFollowing, current, reveal]);
  return { isFollowing, follow: useCallback(() => setFollowing(true), []) };
}
