/** The charts that Recharts draws: months by kind, and how taste moved. Loaded when they come near. */
import { useLingui } from "@lingui/react/macro";
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { DriftView, StretchView } from "@/api/schema";
import { KIND_PLURALS, type Kind } from "@/kit/kinds";
import { month as monthAndYear, number, percent } from "@/kit/words";
import { monthName, noon } from "./days";

export const KIND_HUES: Record<Kind, string> = {
  film: "var(--hue-1)",
  episode: "var(--hue-2)",
  book: "var(--hue-3)",
  video: "var(--hue-4)",
  audio: "var(--hue-5)",
  show: "var(--hue-7)",
};

const AXIS = { fontSize: 12, fill: "var(--muted)" };
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

type Row = { at: string; name: string } & { [key: string]: string | number };

/** How a year's stretches are named below an axis: its months, or the years themselves. */
function axisName(start: string, isYear: boolean): string {
  return isYear ? monthName(Number(start.slice(5, 7)) - 1) : start.slice(0, 4);
}

export function MonthBars({
  months,
  kinds,
  isYear,
}: {
  months: readonly StretchView[];
  kinds: readonly Kind[];
  isYear: boolean;
}) {
  const { t } = useLingui();
  const rows = isYear ? months.map(rowOf) : yearsOf(months);
  return (
    <div className="h-64" aria-hidden>
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={rows} margin={{ top: 8, right: 4, bottom: 0, left: -18 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="at"
            tickFormatter={(start: string) => axisName(start, isYear)}
            tick={AXIS}
            tickLine={false}
            axisLine={{ stroke: "var(--line)" }}
            interval="preserveStartEnd"
          />
          <YAxis
            tick={AXIS}
            tickLine={false}
            axisLine={false}
            allowDecimals={false}
            tickFormatter={(value: number) => number(value)}
          />
          <Tooltip
            cursor={{ fill: "var(--sunken)" }}
            content={({ active, payload }) =>
              active && payload?.length ? (
                <Hint
                  title={
                    isYear
                      ? monthAndYear(noon(String(payload[0]?.payload.at)))
                      : String(payload[0]?.payload.at).slice(0, 4)
                  }
                  lines={payload.map((one) => ({
                    name: t(KIND_PLURALS[one.dataKey as Kind]),
                    hue: KIND_HUES[one.dataKey as Kind],
                    text: number(Number(one.value)),
                  }))}
                />
              ) : null
            }
          />
          {kinds.map((kind, at) => (
            <Bar
              key={kind}
              dataKey={kind}
              stackId="views"
              fill={KIND_HUES[kind]}
              maxBarSize={40}
              isAnimationActive={!still}
              animationDuration={400}
              radius={at === kinds.length - 1 ? [5, 5, 0, 0] : 0}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

function rowOf(month: StretchView): Row {
  return { at: month.start, name: month.start, ...month.kinds };
}

function yearsOf(months: readonly StretchView[]): Row[] {
  const rows = new Map<string, Row>();
  for (const month of months) {
    const year = `${month.start.slice(0, 4)}-01-01`;
    const row = rows.get(year) ?? { at: year, name: year };
    for (const [kind, views] of Object.entries(month.kinds))
      row[kind] = Number(row[kind] ?? 0) + (views ?? 0);
    rows.set(year, row);
  }
  return [...rows.values()];
}

const HUES = [1, 2, 3, 4, 5, 6].map((at) => `var(--hue-${at})`);

export function DriftAreas({
  drift,
  names,
  isYear,
}: {
  drift: DriftView;
  names: readonly string[];
  isYear: boolean;
}) {
  const rows: Row[] = drift.starts.map((start, at) => ({
    at: start,
    name: start,
    ...Object.fromEntries(drift.lines.map((line, index) => [`line${index}`, line.shares[at] ?? 0])),
  }));
  const stretchName = (start: string) => (isYear ? quarter(start) : start.slice(0, 4));
  return (
    <div className="h-64" aria-hidden>
      <ResponsiveContainer width="100%" height="100%">
        <AreaChart data={rows} margin={{ top: 8, right: 8, bottom: 0, left: -12 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="at"
            tickFormatter={stretchName}
            tick={AXIS}
            tickLine={false}
            axisLine={{ stroke: "var(--line)" }}
            interval="preserveStartEnd"
          />
          <YAxis
            tick={AXIS}
            tickLine={false}
            axisLine={false}
            tickFormatter={(value: number) => percent(value)}
          />
          <Tooltip
            cursor={{ stroke: "var(--strong-line)" }}
            content={({ active, payload }) =>
              active && payload?.length ? (
                <Hint
                  title={stretchName(String(payload[0]?.payload.at))}
                  lines={payload.toReversed().map((one) => {
                    const index = Number(String(one.dataKey).slice(4));
                    return {
                      name: names[index] ?? "",
                      hue: HUES[index] ?? "",
                      text: percent(Number(one.value)),
                    };
                  })}
                />
              ) : null
            }
          />
          {drift.lines.map((line, index) => (
            <Area
              key={line.name}
              dataKey={`line${index}`}
              stackId="shares"
              type="monotone"
              stroke={HUES[index] ?? ""}
              fill={HUES[index] ?? ""}
              fillOpacity={0.75}
              isAnimationActive={!still}
              animationDuration={400}
            />
          ))}
        </AreaChart>
      </ResponsiveContainer>
    </div>
  );
}

/** "Jan–Mar" */
function quarter(start: string): string {
  const month = Number(start.slice(5, 7)) - 1;
  return `${monthName(month)}–${monthName(month + 2)}`;
}

function Hint({
  title,
  lines,
}: {
  title: string;
  lines: readonly { name: string; hue: string; text: string }[];
}) {
  return (
    <div className="rounded-xl border border-line bg-raised p-3 text-sm shadow-high">
      <p className="mb-1 font-medium">{title}</p>
      {lines.map((line) => (
        <p key={line.name} className="flex items-center gap-2 text-muted">
          <span className="size-2.5 rounded-sm" style={{ background: line.hue }} />
          {line.name}
          <span className="tabular ml-auto pl-4 text-ink">{line.text}</span>
        </p>
      ))}
    </div>
  );
}
