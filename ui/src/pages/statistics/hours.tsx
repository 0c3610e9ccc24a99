/** At which hours of which weekdays: a table of dots, the darkest where most began. */
import { Trans, useLingui } from "@lingui/react/macro";
import type { Statistics } from "@/api/schema";
import { number, percent } from "@/kit/words";
import { Chart } from "./chart";
import { hourName, weekdayName } from "./days";

/** The day runs from six to six, as evenings do. */
const HOURS = Array.from({ length: 24 }, (_, at) => (at + 6) % 24);

/** The hour of the week with most views: the evening that is somebody's own. */
export function peak(
  hours: readonly (readonly number[])[],
): { weekday: number; hour: number; views: number } | null {
  let best: { weekday: number; hour: number; views: number } | null = null;
  hours.forEach((row, weekday) => {
    row.forEach((views, hour) => {
      if (views > (best?.views ?? 0)) best = { weekday, hour, views };
    });
  });
  return best;
}

export function Hours({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  const { hours, hours_known: known } = statistics;
  const best = peak(hours);
  if (!best) return null;
  const table = {
    head: [t`Hour`, ...hours.map((_, at) => weekdayName(at))],
    rows: HOURS.map((hour) => [hourName(hour), ...hours.map((row) => number(row[hour] ?? 0))]),
  };
  return (
    <Chart
      title={t`When`}
      says={
        <>
          <Trans>
            Mostly on {weekdayName(best.weekday, "long")} around {hourName(best.hour)}.
          </Trans>{" "}
          {known !== null && known < 0.99 && (
            <Trans>The hour is known of {percent(known)} of the views.</Trans>
          )}
        </>
      }
      table={table}
    >
      <div
        role="img"
        aria-label={t`Views by weekday and hour; most on ${weekdayName(best.weekday, "long")} around ${hourName(best.hour)}`}
        className="my-auto grid grid-cols-[2.25rem_repeat(24,minmax(0,1fr))] items-center gap-y-1 sm:gap-y-1.5"
      >
        {hours.map((row, weekday) => (
          <Day key={weekdayName(weekday, "long")} name={weekdayName(weekday)} row={row} most={best.views} />
        ))}
        <span />
        {[6, 12, 18, 0].map((hour) => (
          <span key={hour} className="col-span-6 text-xs text-muted">
            {hourName(hour)}
          </span>
        ))}
      </div>
    </Chart>
  );
}

function Day({ name, row, most }: { name: string; row: readonly number[]; most: number }) {
  return (
    <>
      <span className="text-xs text-muted">{name}</span>
      {HOURS.map((hour) => {
        const share = (row[hour] ?? 0) / most;
        return (
          <span key={hour} className="grid aspect-square place-items-center">
            <span
              className={share > 0 ? "rounded-full bg-hue-2" : "rounded-full bg-line"}
              style={{
                width: `${share > 0 ? 30 + 62 * Math.sqrt(share) : 18}%`,
                aspectRatio: "1",
                opacity: share > 0 ? 0.35 + 0.65 * share : 1,
              }}
            />
          </span>
        );
      })}
    </>
  );
}
