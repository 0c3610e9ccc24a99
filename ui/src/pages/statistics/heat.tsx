/** Every day of a year as a square, or every month of all years; the arrow keys go from one to the next. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useMemo, useState } from "react";
import type { Statistics, StretchView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { duration, month as monthAndYear, number, weekday } from "@/kit/words";
import { Chart } from "./chart";
import { isoDay, monthName, noon, weekdayName } from "./days";

/** How strong a square is, 0 to 4: by what share of the days that have anything have no more. */
export function strengths(stretches: readonly StretchView[]): (views: number) => number {
  const sorted = stretches.map((one) => one.views).filter((views) => views > 0);
  sorted.sort((a, b) => a - b);
  const bounds = [0.35, 0.65, 0.88].map((share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  return (views) => (views <= 0 ? 0 : 1 + bounds.filter((bound) => views > bound).length);
}

const FILLS = ["var(--sunken)", "25%", "48%", "74%", "100%"].map((strength, at) =>
  at === 0 ? strength : `color-mix(in oklab, var(--accent) ${strength}, var(--surface))`,
);

type Square = { key: string; column: number; row: number; stretch: StretchView | undefined };

export function Heat({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  const isYear = statistics.year !== null;
  const stretches = isYear ? statistics.days : statistics.months;
  const longest = statistics.longest;
  const name = (start: string) => (isYear ? weekday(noon(start)) : monthAndYear(noon(start)));
  const table = {
    head: [isYear ? t`Day` : t`Month`, t`Times`, t`Time`],
    rows: stretches
      .filter((one) => one.views > 0)
      .map((one) => [name(one.start), number(one.views), one.minutes ? duration(one.minutes * 60) : "–"]),
  };
  return (
    <Chart
      title={isYear ? t`Day by day` : t`Month by month`}
      says={
        longest && longest.days > 1 ? (
          <Trans>
            Your longest run was {number(longest.days)} days, from {weekday(noon(longest.start))} to{" "}
            {weekday(noon(longest.end))}.
          </Trans>
        ) : undefined
      }
      table={table}
    >
      <Grid statistics={statistics} stretches={stretches} name={name} />
    </Chart>
  );
}

function Grid({
  statistics,
  stretches,
  name,
}: {
  statistics: Statistics;
  stretches: readonly StretchView[];
  name: (start: string) => string;
}) {
  const { t } = useLingui();
  const year = statistics.year;
  const squares = useMemo(
    () => (year !== null ? daysOf(year, stretches) : monthsOf(stretches)),
    [year, stretches],
  );
  const strength = useMemo(() => strengths(stretches), [stretches]);
  const [chosen, setChosen] = useState<Square | null>(null);
  const columns = Math.max(...squares.map((square) => square.column)) + 1;
  const rows = Math.max(...squares.map((square) => square.row)) + 1;
  const side = year !== null ? 26 : 30;
  const size = year !== null ? 14 : 30;
  const gap = year !== null ? 3 : 5;
  const step = size + gap;
  const onKeyDown = (event: React.KeyboardEvent) => {
    const move = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!move) return;
    event.preventDefault();
    const [dx = 0, dy = 0] = move;
    const from = chosen ?? squares[0];
    if (!from) return;
    // Days go on from the foot of one week to the head of the next.
    const to =
      dy !== 0 && year !== null
        ? squares[squares.indexOf(from) + dy]
        : squares.find((one) => one.column === from.column + dx && one.row === from.row + dy);
    setChosen(chosen ? (to ?? chosen) : from);
  };
  const shown = chosen?.stretch;
  return (
    <div className="flex flex-col gap-3">
      <div className="-mx-1 overflow-x-auto px-1 pb-1">
        <svg
          role="img"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys go from square to square, and the line below says what is there.
          tabIndex={0}
          aria-label={t`What you watched, read and heard, drawn over time. The arrow keys go through it, and its table says the same.`}
          viewBox={`0 0 ${side + columns * step} ${18 + rows * step}`}
          className={cn("block rounded-lg", year !== null ? "w-full min-w-2xl" : "w-full max-w-xl min-w-80")}
          onKeyDown={onKeyDown}
          onBlur={() => setChosen(null)}
          onPointerLeave={() => setChosen(null)}
        >
          <Labels year={year} squares={squares} side={side} step={step} size={size} />
          {squares.map((square) => (
            <rect
              key={square.key}
              x={side + square.column * step}
              y={18 + square.row * step}
              width={size}
              height={size}
              rx={size / 4}
              fill={FILLS[strength(square.stretch?.views ?? 0)]}
              stroke={chosen?.key === square.key ? "var(--ink)" : "transparent"}
              strokeWidth={1.5}
              onPointerEnter={() => setChosen(square)}
            />
          ))}
        </svg>
      </div>
      <div className="flex min-h-5 flex-wrap items-center justify-between gap-x-6 gap-y-1 text-sm text-muted">
        <p aria-live="polite">
          {chosen ? (
            <>
              <span className="font-medium text-ink">{name(chosen.key)}</span>{" "}
              {shown?.views ? (
                <>
                  <Plural value={shown.views} one="# view" other="# views" />
                  {shown.minutes > 0 && `, ${duration(shown.minutes * 60)}`}
                </>
              ) : (
                <Trans>nothing</Trans>
              )}
            </>
          ) : (
            <Trans>Point at a square, or walk with the arrow keys.</Trans>
          )}
        </p>
        <p aria-hidden className="flex items-center gap-1.5">
          <Trans>less</Trans>
          {FILLS.map((fill) => (
            <span key={fill} className="size-3 rounded-sm" style={{ background: fill }} />
          ))}
          <Trans>more</Trans>
        </p>
      </div>
    </div>
  );
}

function Labels({
  year,
  squares,
  side,
  step,
  size,
}: {
  year: number | null;
  squares: readonly Square[];
  side: number;
  step: number;
  size: number;
}) {
  const text = { fontSize: 9.5, fill: "var(--muted)" };
  if (year === null) {
    const years = [...new Set(squares.map((square) => square.key.slice(0, 4)))];
    return (
      <g aria-hidden {...text}>
        {Array.from({ length: 12 }, (_, at) => (
          <text key={monthName(at)} x={side + at * step + size / 2} y={11} textAnchor="middle">
            {monthName(at, "short").slice(0, 3)}
          </text>
        ))}
        {years.map((one, at) => (
          <text key={one} x={0} y={18 + at * step + size / 2 + 3}>
            {one}
          </text>
        ))}
      </g>
    );
  }
  return (
    <g aria-hidden {...text}>
      {Array.from({ length: 12 }, (_, at) => (
        <text key={monthName(at)} x={side + weekOf(new Date(year, at, 1)) * step} y={11}>
          {monthName(at)}
        </text>
      ))}
      {[0, 2, 4, 6].map((row) => (
        <text key={row} x={0} y={18 + row * step + size - 3}>
          {weekdayName(row, "short").slice(0, 3)}
        </text>
      ))}
    </g>
  );
}

/** The week of the year that a day stands in, Monday first, from 0. */
function weekOf(date: Date): number {
  const first = new Date(date.getFullYear(), 0, 1, 12);
  const before = (first.getDay() + 6) % 7;
  const past = Math.round((new Date(date).setHours(12, 0, 0, 0) - first.getTime()) / 86_400_000);
  return Math.floor((past + before) / 7);
}

function daysOf(year: number, days: readonly StretchView[]): Square[] {
  const stretchByDay = new Map(days.map((day) => [day.start, day]));
  const squares: Square[] = [];
  for (let date = new Date(year, 0, 1, 12); date.getFullYear() === year; date.setDate(date.getDate() + 1)) {
    const key = isoDay(date);
    squares.push({ key, column: weekOf(date), row: (date.getDay() + 6) % 7, stretch: stretchByDay.get(key) });
  }
  return squares;
}

function monthsOf(months: readonly StretchView[]): Square[] {
  const first = Number(months[0]?.start.slice(0, 4));
  return months.map((month) => ({
    key: month.start,
    column: Number(month.start.slice(5, 7)) - 1,
    row: Number(month.start.slice(0, 4)) - first,
    stretch: month,
  }));
}
