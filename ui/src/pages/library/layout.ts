/** Where each title stands on the shelf: rows and columns by width, with a heading above each month of a timeline. */
import type { MonthView } from "@/api/schema";
import type { Shape } from "./search";

export type ShelfRow = { from: number; to: number; month?: MonthView };

export type Layout = {
  columns: number;
  /** Pixels of a cell, and between cells. */
  width: number;
  gap: number;
  rows: number;
  height: (row: number) => number;
  row: (row: number) => ShelfRow;
  rowOf: (index: number) => number;
};

/** Below a cover: title, and where the person stands. */
const CAPTION = 50;
export const LIST_ROW = 72;
const MONTH_ROW = 56;

export function layoutOf(shape: Shape, width: number, total: number, months: readonly MonthView[]): Layout {
  if (shape === "list") {
    return {
      columns: 1,
      width,
      gap: 0,
      rows: total,
      height: () => LIST_ROW,
      row: (row) => ({ from: row, to: Math.min(row, total - 1) }),
      rowOf: (index) => index,
    };
  }
  const isNarrow = width < 560;
  const gap = isNarrow ? 12 : 20;
  const columns = Math.max(2, Math.floor((width + gap) / ((isNarrow ? 98 : 132) + gap)));
  const cell = (width - gap * (columns - 1)) / columns;
  const cellHeight = Math.round(cell * 1.5) + CAPTION + gap;
  const rows = shape === "timeline" ? rowsByMonth(months, columns) : undefined;
  if (!rows) {
    return {
      columns,
      width: cell,
      gap,
      rows: Math.ceil(total / columns),
      height: () => cellHeight,
      row: (row) => ({ from: row * columns, to: Math.min(total, (row + 1) * columns) - 1 }),
      rowOf: (index) => Math.floor(index / columns),
    };
  }
  return {
    columns,
    width: cell,
    gap,
    rows: rows.length,
    height: (row) => (rows[row]?.month ? MONTH_ROW : cellHeight),
    row: (row) => rows[row] ?? { from: 0, to: -1 },
    rowOf: (index) => rowWith(rows, index),
  };
}

function rowsByMonth(months: readonly MonthView[], columns: number): ShelfRow[] {
  const rows: ShelfRow[] = [];
  let from = 0;
  for (const month of months) {
    rows.push({ from, to: from - 1, month });
    for (let done = 0; done < month.count; done += columns) {
      rows.push({ from: from + done, to: from + Math.min(done + columns, month.count) - 1 });
    }
    from += month.count;
  }
  return rows;
}

/** The row that an index stands in: the last one that begins at it or before, headings aside. */
function rowWith(rows: readonly ShelfRow[], index: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rows[middle]?.from ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The index that an arrow leads to; within the row above or below, the nearest column. */
export function stepped(layout: Layout, total: number, index: number, key: string): number | undefined {
  const last = total - 1;
  const row = layout.rowOf(index);
  const { from, to } = layout.row(row);
  const across = (towards: 1 | -1, times = 1) => {
    let at = row;
    for (let left = times; left > 0; left--) {
      let next = at + towards;
      if (layout.row(next).month) next += towards;
      if (next < 0 || next >= layout.rows) break;
      at = next;
    }
    const there = layout.row(at);
    return at === row ? undefined : Math.min(there.from + (index - from), there.to);
  };
  switch (key) {
    case "ArrowRight":
      return layout.columns > 1 && index < last ? index + 1 : undefined;
    case "ArrowLeft":
      return layout.columns > 1 && index > 0 ? index - 1 : undefined;
    case "ArrowDown":
      return across(1);
    case "ArrowUp":
      return across(-1);
    case "PageDown":
      return across(1, layout.columns > 1 ? 3 : 8);
    case "PageUp":
      return across(-1, layout.columns > 1 ? 3 : 8);
    case "Home":
      return layout.columns > 1 ? from : 0;
    case "End":
      return layout.columns > 1 ? to : last;
    case "Ctrl+Home":
      return 0;
    case "Ctrl+End":
      return last;
    default:
      return undefined;
  }
}
