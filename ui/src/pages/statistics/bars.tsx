/** Bars that lie: a name, how much, and a length; they are a list, so a screen reader reads them as they are. */
import { cn } from "@/kit/classes";
import { number } from "@/kit/words";

export type Bar = { key: string; name: string; value: number; note?: string };

const HUES = ["bg-hue-1", "bg-hue-2", "bg-hue-3", "bg-hue-4", "bg-hue-5", "bg-hue-6", "bg-hue-7"] as const;

export function Bars({
  bars,
  hue = 0,
  className,
}: {
  bars: readonly Bar[];
  hue?: number;
  className?: string;
}) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <ol className={cn("flex flex-col gap-2.5", className)}>
      {bars.map((bar) => (
        <li key={bar.key} className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-3 gap-y-1">
          <span className="truncate text-sm" title={bar.name}>
            {bar.name}
          </span>
          <span className="tabular text-sm text-muted">
            {number(bar.value)}
            {bar.note && <span className="before:mx-1.5 before:content-['·']">{bar.note}</span>}
          </span>
          <span aria-hidden className="col-span-2 h-1.5 overflow-hidden rounded-full bg-sunken">
            <span
              className={cn("block h-full rounded-full", HUES[hue % HUES.length])}
              style={{ width: `${Math.max(1.5, (bar.value / most) * 100)}%` }}
            />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Columns that stand, each named below. */
export function Columns({ bars, label }: { bars: readonly Bar[]; label: string }) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <div role="img" aria-label={label} className="flex h-52 items-end gap-1.5 sm:gap-2.5">
      {bars.map((bar) => (
        <div key={bar.key} className="flex h-full min-w-0 flex-1 flex-col items-center justify-end gap-1.5">
          <span className={cn("tabular text-xs", bar.value ? "text-muted" : "invisible")}>
            {number(bar.value)}
          </span>
          <span
            className={cn("w-full rounded-t-lg rounded-b-sm", bar.value ? "bg-star" : "bg-sunken")}
            style={{ height: `${Math.max(1.5, (bar.value / most) * 78)}%` }}
          />
          <span className="tabular text-xs whitespace-nowrap text-muted">{bar.name}</span>
        </div>
      ))}
    </div>
  );
}
