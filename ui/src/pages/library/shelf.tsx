/** The shelf: a hundred thousand titles of which only those in sight are drawn, walked through with the keyboard. */
import { useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { defaultRangeExtractor, type Range, useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { CardView, LibraryView, MonthView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { month as monthName, number } from "@/kit/words";
import { GridCard, ListCard } from "./card";
import { useRows } from "./data";
import { type Layout, layoutOf, stepped } from "./layout";
import { MonthScrubber } from "./months";
import type { LibrarySearch, Shape } from "./search";
import type { Selection } from "./selection";

type ShelfProps = {
  search: LibrarySearch;
  listKey: string;
  shape: Shape;
  head: LibraryView;
  selection: Selection;
  /** Told which title the keyboard is at, for keys that act on it. */
  onActive: (index: number, card: CardView | undefined) => void;
};

const NO_MONTHS: readonly MonthView[] = [];

export function Shelf({ search, listKey, shape, head, selection, onActive }: ShelfProps) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const { width, top } = usePlace(box);
  const months = head.months ?? NO_MONTHS;
  const layout = useMemo(
    () => layoutOf(shape, width, head.total, months),
    [shape, width, head.total, months],
  );
  const [active, setActive] = useState(0);
  const wantsFocus = useRef(false);
  const index = Math.min(active, Math.max(0, head.total - 1));
  const activeRow = layout.rowOf(index);

  const virtual = useWindowVirtualizer({
    count: width > 0 ? layout.rows : 0,
    estimateSize: layout.height,
    overscan: 2,
    scrollMargin: top,
    // The row that has the focus stays, however far the page is scrolled away from it.
    rangeExtractor: useCallback(
      (range: Range) => {
        const rows = defaultRangeExtractor(range);
        if (activeRow >= range.count || rows.includes(activeRow)) return rows;
        return [...rows, activeRow].sort((a, b) => a - b);
      },
      [activeRow],
    ),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another layout has other heights
  useLayoutEffect(() => virtual.measure(), [layout, virtual]);

  const rows = virtual.getVirtualItems();
  const inSight = rows.filter((row) => row.index !== activeRow || rows.length === 1);
  const from = layout.row(inSight[0]?.index ?? 0).from;
  const to = layout.row(inSight.at(-1)?.index ?? 0).to;
  const cards = useRows(search, head, from, to);

  useFromTheStart(listKey, top, setActive);
  const activeCard = cards.get(index);
  useEffect(() => onActive(index, activeCard), [index, activeCard, onActive]);
  useEffect(() => {
    if (!wantsFocus.current) return;
    const cell = box.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (!cell) return;
    wantsFocus.current = false;
    cell.focus({ preventScroll: true });
  });

  const goTo = (next: number) => {
    wantsFocus.current = true;
    setActive(next);
    virtual.scrollToIndex(layout.rowOf(next), { align: "auto" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey) return;
    if (event.ctrlKey && event.key.toLowerCase() === "a") {
      event.preventDefault();
      selection.all();
      return;
    }
    if (event.key === "Escape" && selection.isChoosing) {
      event.preventDefault();
      selection.clear();
      return;
    }
    if (event.key === "Enter" && activeCard) {
      event.preventDefault();
      void navigate({ to: "/items/$id", params: { id: String(activeCard.id) } });
      return;
    }
    const key = event.ctrlKey ? `Ctrl+${event.key}` : event.key;
    const next = stepped(layout, head.total, index, key);
    if (next === undefined) return;
    event.preventDefault();
    if (event.shiftKey) {
      if (selection.count === 0) selection.reach(index);
      selection.reach(next);
    }
    goTo(next);
  };

  const Card = shape === "list" ? ListCard : GridCard;
  return (
    <div className={cn("relative", shape === "timeline" && "max-lg:pr-4")}>
      {/* biome-ignore lint/a11y/useSemanticElements: a table of the browser cannot hold rows that are not there */}
      <div
        ref={box}
        role="grid"
        tabIndex={-1}
        aria-label={t`Titles`}
        aria-multiselectable
        aria-rowcount={layout.rows}
        aria-colcount={layout.columns}
        onKeyDown={onKeyDown}
        className="relative w-full outline-none"
        style={{ height: width > 0 ? virtual.getTotalSize() : layout.rows * 64 }}
      >
        {rows.map((row) => {
          const line = layout.row(row.index);
          const style = { transform: `translateY(${row.start - top}px)`, height: row.size };
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: its cells take the focus
            // biome-ignore lint/a11y/useSemanticElements: as above
            <div
              key={row.key}
              role="row"
              aria-rowindex={row.index + 1}
              style={style}
              className="absolute inset-x-0 top-0 flex"
            >
              {line.month ? (
                <MonthHeading month={line.month} />
              ) : (
                Array.from({ length: line.to - line.from + 1 }, (_, column) => {
                  const at = line.from + column;
                  const card = cards.get(at);
                  const isChosen = card !== undefined && selection.has(card.id);
                  return (
                    // biome-ignore lint/a11y/useSemanticElements: as above
                    <div
                      key={at}
                      role="gridcell"
                      data-index={at}
                      aria-colindex={column + 1}
                      aria-selected={isChosen}
                      aria-busy={card === undefined}
                      tabIndex={at === index ? 0 : -1}
                      onFocus={() => setActive(at)}
                      style={cellStyle(layout, column)}
                      className={cn(
                        "min-w-0 rounded-card focus-visible:outline-offset-4",
                        shape === "list" && "h-full focus-visible:-outline-offset-2",
                      )}
                    >
                      <Card
                        card={card}
                        isChosen={isChosen}
                        isChoosing={selection.isChoosing}
                        onChoose={(reach) => {
                          if (!card) return;
                          if (reach && selection.count > 0) selection.reach(at);
                          else selection.toggle(at, card);
                        }}
                      />
                    </div>
                  );
                })
              )}
            </div>
          );
        })}
      </div>
      {shape === "timeline" && (
        <MonthScrubber
          months={months}
          now={from}
          onJump={(place) => virtual.scrollToIndex(Math.max(0, layout.rowOf(place) - 1), { align: "start" })}
        />
      )}
    </div>
  );
}

function cellStyle(layout: Layout, column: number) {
  if (layout.columns === 1) return { width: "100%" };
  return { width: layout.width, marginLeft: column === 0 ? 0 : layout.gap, alignSelf: "flex-start" };
}

function MonthHeading({ month }: { month: MonthView }) {
  const { t } = useLingui();
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: a heading takes no focus
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    <div role="gridcell" className="flex items-end gap-3 pb-3">
      <h2 className="text-lg font-semibold">{month.month ? monthName(`${month.month}-02`) : t`Some time`}</h2>
      <span className="pb-0.5 text-sm text-muted tabular">{number(month.count)}</span>
    </div>
  );
}

/** How wide the shelf is, and how far from the top of the document. */
function usePlace(box: React.RefObject<HTMLElement | null>): { width: number; top: number } {
  const [place, setPlace] = useState({ width: 0, top: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => {
      const at = element.getBoundingClientRect();
      const next = { width: Math.floor(at.width), top: Math.round(at.top + window.scrollY) };
      setPlace((now) => (now.width === next.width && now.top === next.top ? now : next));
    };
    look();
    // What stands above the shelf grows and shrinks: chips, the search, the navigation.
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    if (element.parentElement?.parentElement) watcher.observe(element.parentElement.parentElement);
    return () => watcher.disconnect();
  }, [box]);
  return place;
}

/** Another list begins at its first title, below what stays in sight. */
function useFromTheStart(listKey: string, top: number, setActive: (index: number) => void): void {
  const shown = useRef(listKey);
  useLayoutEffect(() => {
    if (shown.current === listKey) return;
    shown.current = listKey;
    setActive(0);
    const start = Math.max(0, top - 180);
    if (window.scrollY > start) window.scrollTo({ top: start, behavior: "instant" });
  }, [listKey, top, setActive]);
}
