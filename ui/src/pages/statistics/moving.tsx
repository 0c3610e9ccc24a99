/** What moved: views month by month, and the shares of genres and decades. The drawing itself comes later. */
import { Trans, useLingui } from "@lingui/react/macro";
import { lazy, Suspense, useState } from "react";
import type { DriftView, Statistics } from "@/api/schema";
import { Segments } from "@/kit/field";
import { KIND_PLURALS } from "@/kit/kinds";
import { Skeleton } from "@/kit/states";
import { month as monthAndYear, number, percent } from "@/kit/words";
import { Chart } from "./chart";
import { monthName, noon } from "./days";

const MonthBars = lazy(async () => ({ default: (await import("./drawn")).MonthBars }));
const DriftAreas = lazy(async () => ({ default: (await import("./drawn")).DriftAreas }));

const KIND_CLASSES = {
  film: "bg-hue-1",
  episode: "bg-hue-2",
  book: "bg-hue-3",
  video: "bg-hue-4",
  audio: "bg-hue-5",
  show: "bg-hue-7",
} as const;

export function Months({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  const kinds = statistics.kinds.filter((one) => one.figures.views > 0).map((one) => one.kind);
  const isYear = statistics.year !== null;
  const table = {
    head: [t`Month`, ...kinds.map((kind) => t(KIND_PLURALS[kind]))],
    rows: statistics.months
      .filter((month) => isYear || month.views > 0)
      .map((month) => [
        monthAndYear(noon(month.start)),
        ...kinds.map((kind) => number(month.kinds[kind] ?? 0)),
      ]),
  };
  const best = statistics.months.reduce(
    (a, b) => (b.views > a.views ? b : a),
    statistics.months[0] ?? noMonth,
  );
  return (
    <Chart
      title={isYear ? t`Month by month` : t`Year by year`}
      says={
        best.views > 0 ? (
          <Trans>
            Most in {monthAndYear(noon(best.start))}: {number(best.views)} views.
          </Trans>
        ) : undefined
      }
      table={table}
    >
      <Suspense fallback={<Skeleton className="h-64" />}>
        <MonthBars months={statistics.months} kinds={kinds} isYear={isYear} />
      </Suspense>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">
        {statistics.kinds
          .filter((one) => one.figures.views > 0)
          .map((one) => (
            <li key={one.kind} className="flex items-center gap-1.5">
              <span aria-hidden className={`size-2.5 rounded-sm ${KIND_CLASSES[one.kind]}`} />
              {t(KIND_PLURALS[one.kind])}{" "}
              <span className="tabular text-ink">{number(one.figures.views)}</span>
            </li>
          ))}
      </ul>
    </Chart>
  );
}

const noMonth = { start: "2000-01-01", views: 0, minutes: 0, kinds: {} };
const DRIFT_CLASSES = ["bg-hue-1", "bg-hue-2", "bg-hue-3", "bg-hue-4", "bg-hue-5", "bg-hue-6"] as const;

/** The line that moved most between the first and the last stretch that have enough titles to say so. */
export function moved(drift: DriftView): { at: number; from: number; to: number } | null {
  const told = drift.titles.map((titles, at) => (titles >= 4 ? at : -1)).filter((at) => at >= 0);
  const [first, last] = [told[0], told.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;
  let most: { at: number; from: number; to: number } | null = null;
  drift.lines.forEach((line, at) => {
    const [from, to] = [line.shares[first] ?? 0, line.shares[last] ?? 0];
    if (Math.abs(to - from) > Math.abs((most?.to ?? 0) - (most?.from ?? 0))) most = { at, from, to };
  });
  return most;
}

export function Taste({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  const [what, setWhat] = useState<"genres" | "decades">("genres");
  const { genre_drift: genres, decade_drift: decades, year } = statistics;
  const drift = what === "genres" ? genres : decades;
  if (!genres?.lines.length || !decades || !drift) return null;
  const isYear = year !== null;
  const names = drift.lines.map((line) => (what === "genres" ? line.name : t`${line.name}s`));
  const most = moved(drift);
  const stretch = (start: string) =>
    isYear
      ? `${monthName(Number(start.slice(5, 7)) - 1)}–${monthName(Number(start.slice(5, 7)) + 1)}`
      : start.slice(0, 4);
  const table = {
    head: [isYear ? t`Quarter` : t`Year`, t`Titles`, ...names],
    rows: drift.starts.map((start, at) => [
      stretch(start),
      number(drift.titles[at] ?? 0),
      ...drift.lines.map((line) => percent(line.shares[at] ?? 0)),
    ]),
  };
  return (
    <Chart
      title={t`How your taste moved`}
      says={
        most && Math.abs(most.to - most.from) >= 0.04 ? (
          <Trans>
            {names[most.at]} went from {percent(most.from)} to {percent(most.to)} of what you turned to.
          </Trans>
        ) : (
          <Trans>It stayed much the same.</Trans>
        )
      }
      table={table}
    >
      <Segments
        label={t`Of what`}
        value={what}
        options={[
          { value: "genres", label: t`Genres` },
          { value: "decades", label: t`Decades` },
        ]}
        onChange={setWhat}
        className="self-start"
      />
      <Suspense fallback={<Skeleton className="h-64" />}>
        <DriftAreas drift={drift} names={names} isYear={isYear} />
      </Suspense>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">
        {names.map((name, at) => (
          <li key={name} className="flex items-center gap-1.5">
            <span aria-hidden className={`size-2.5 rounded-sm ${DRIFT_CLASSES[at]}`} />
            {name}
          </li>
        ))}
      </ul>
    </Chart>
  );
}
