/** The years of a timeline along the edge: as wide as they are full, pressed or dragged to go there. */
import { useLingui } from "@lingui/react/macro";
import { useMemo, useRef } from "react";
import type { MonthView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { month as monthName } from "@/kit/words";

type ScrubberProps = {
  months: readonly MonthView[];
  /** The first title in sight. */
  now: number;
  onJump: (place: number) => void;
};

type Place = { month: string; from: number };

export function MonthScrubber({ months, now, onJump }: ScrubberProps) {
  const { t } = useLingui();
  const bar = useRef<HTMLDivElement>(null);
  const places = useMemo(() => placesOf(months), [months]);
  if (places.length < 2) return null;
  const at = Math.max(
    0,
    places.findLastIndex((place) => place.from <= now),
  );
  const here = places[at];
  const jump = (clientY: number) => {
    const box = bar.current?.getBoundingClientRect();
    if (!box) return;
    const share = Math.max(0, Math.min(0.999, (clientY - box.top) / box.height));
    const place = places[Math.floor(share * places.length)];
    if (place) onJump(place.from);
  };
  const step = (by: number) => {
    const place = places[Math.max(0, Math.min(places.length - 1, at + by))];
    if (place) onJump(place.from);
  };
  return (
    <div className="pointer-events-none absolute inset-y-0 -right-4 sm:-right-6 lg:-right-9">
      <div
        ref={bar}
        role="slider"
        tabIndex={0}
        aria-label={t`Month`}
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={places.length - 1}
        aria-valuenow={at}
        aria-valuetext={here ? monthName(`${here.month}-02`) : ""}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          step(by);
        }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          jump(event.clientY);
        }}
        onPointerMove={(event) =>
          event.currentTarget.hasPointerCapture(event.pointerId) && jump(event.clientY)
        }
        className="pointer-events-auto sticky top-36 h-[calc(100dvh-14rem)] w-8 touch-none cursor-ns-resize rounded-full text-[0.65rem] text-muted select-none"
      >
        {yearsOf(places).map(({ year, share }) => (
          <span
            key={year}
            style={{ top: `${share * 100}%` }}
            className={cn(
              "absolute inset-x-0 text-center leading-4 tabular",
              here?.month.startsWith(year) && "font-bold text-accent",
            )}
          >
            {`’${year.slice(2)}`}
          </span>
        ))}
      </div>
    </div>
  );
}

function placesOf(months: readonly MonthView[]): Place[] {
  const places: Place[] = [];
  let from = 0;
  for (const { month, count } of months) {
    if (month) places.push({ month, from });
    from += count;
  }
  return places;
}

/** The years to print and where; those that would stand in each other's way are left out. */
function yearsOf(places: readonly Place[]): { year: string; share: number }[] {
  const years: { year: string; share: number }[] = [];
  places.forEach((place, at) => {
    const year = place.month.slice(0, 4);
    const share = at / places.length;
    const last = years.at(-1);
    if (last && (last.year === year || share - last.share < 0.035)) return;
    years.push({ year, share });
  });
  return years;
}
