/** The first thing to see: how much it was, in one number, and what is true about it in sentences. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ArrowDownRight, ArrowUpRight, Flame } from "lucide-react";
import type { ReactNode } from "react";
import type { Statistics } from "@/api/schema";
import { cn } from "@/kit/classes";
import { day, number, percent } from "@/kit/words";
import { isTimed } from "./data";
import { dayOfYear, hourName, noon, weekdayName } from "./days";
import { peak } from "./hours";

export function Figures({ statistics, children }: { statistics: Statistics; children?: ReactNode }) {
  const { total } = statistics;
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1.25fr)_minmax(0,1fr)]">
      <section className="relative flex min-h-80 flex-col justify-between gap-8 overflow-hidden rounded-3xl bg-accent p-6 text-on-accent sm:p-9">
        <Rings />
        <BigNumber statistics={statistics} />
        <div className="relative flex flex-wrap items-end justify-between gap-4">
          <Known statistics={statistics} />
          {children}
        </div>
      </section>
      <dl className="grid grid-cols-2 gap-4">
        <Tile name={<Trans>Titles</Trans>} value={number(total.titles)}>
          {statistics.year !== null && total.new_titles > 0 && (
            <Trans>{number(total.new_titles)} new to you</Trans>
          )}
        </Tile>
        <Tile name={<Trans>Days with something</Trans>} value={number(total.days)}>
          {statistics.longest && statistics.longest.days > 1 && (
            <Plural value={statistics.longest.days} one="# in a row" other="# in a row at best" />
          )}
        </Tile>
        <Tile name={<Trans>Seen again</Trans>} value={number(total.again)}>
          {total.views > 0 && <Trans>{percent(total.again / total.views)} of the views</Trans>}
        </Tile>
        {statistics.current && statistics.current.days > 1 ? (
          <Tile name={<Trans>Running</Trans>} value={number(statistics.current.days)}>
            <span className="inline-flex items-center gap-1">
              <Flame aria-hidden className="size-4 text-accent" />
              <Plural value={statistics.current.days} one="day in a row" other="days in a row" />
            </span>
          </Tile>
        ) : (
          <Tile
            name={<Trans>Average rating</Trans>}
            value={statistics.ratings.average === null ? "–" : number(statistics.ratings.average)}
          >
            <Plural value={statistics.ratings.count} one="# rating" other="# ratings" />
          </Tile>
        )}
      </dl>
    </div>
  );
}

function BigNumber({ statistics }: { statistics: Statistics }) {
  const { total } = statistics;
  const hours = Math.round(total.minutes / 60);
  return (
    <p className="relative">
      <span className="tabular block font-display text-[clamp(4.5rem,17vw,9.5rem)] leading-[0.85] font-extrabold tracking-[-0.05em]">
        {isTimed(statistics) ? number(hours) : number(total.views)}
      </span>
      <span className="mt-3 block font-display text-2xl font-semibold sm:text-3xl">
        {isTimed(statistics) ? (
          <Plural value={hours} one="hour" other="hours" />
        ) : (
          <Plural value={total.views} one="view" other="views" />
        )}
      </span>
    </p>
  );
}

/** Of how much the hours speak, and the year before beside them. */
function Known({ statistics }: { statistics: Statistics }) {
  const { total, before } = statistics;
  const share = before && before.figures.views > 0 ? total.views / before.figures.views - 1 : null;
  const isPart = before !== null && !before.end.endsWith("-12-31");
  return (
    <div className="flex flex-col gap-1 text-sm sm:text-base">
      {share !== null && before && (
        <p className="flex items-center gap-1.5 font-medium">
          {share >= 0 ? (
            <ArrowUpRight aria-hidden className="size-5" />
          ) : (
            <ArrowDownRight aria-hidden className="size-5" />
          )}
          {share >= 0 ? (
            <Trans>
              {percent(share)} more views than in {String(before.year)}
            </Trans>
          ) : (
            <Trans>
              {percent(-share)} fewer views than in {String(before.year)}
            </Trans>
          )}
        </p>
      )}
      {isPart && before && (
        <p>
          <Trans>Each until {dayOfYear(before.end)}.</Trans>
        </p>
      )}
      {isTimed(statistics) && total.minutes_known !== null && total.minutes_known < 0.995 && (
        <p>
          <Trans>Hours known for {percent(total.minutes_known)} of the views.</Trans>
        </p>
      )}
      {total.pages > 0 && (
        <p>
          <Trans>And {number(Math.round(total.pages))} pages.</Trans>
        </p>
      )}
    </div>
  );
}

function Tile({ name, value, children }: { name: ReactNode; value: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col justify-between gap-3 rounded-3xl border border-line bg-surface p-5">
      <dt className="text-sm text-muted">{name}</dt>
      <dd>
        <span className="tabular block font-display text-4xl font-bold tracking-tight sm:text-5xl">
          {value}
        </span>
        <span className="mt-1 block min-h-5 text-sm text-muted">{children}</span>
      </dd>
    </div>
  );
}

/** A record's grooves behind the number. */
function Rings() {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 400 400"
      className="absolute -top-24 -right-28 size-[28rem] opacity-20"
    >
      {[190, 160, 130, 100, 70, 40].map((r) => (
        <circle key={r} cx="200" cy="200" r={r} fill="none" stroke="currentColor" strokeWidth="1.5" />
      ))}
      <circle cx="200" cy="200" r="16" fill="currentColor" />
    </svg>
  );
}

/** Sentences that are true: each is left out where the figures do not bear it. */
export function Insights({ statistics }: { statistics: Statistics }) {
  const sentences = useInsights(statistics);
  if (sentences.length === 0) return null;
  return (
    <ul className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
      {sentences.map((sentence, at) => (
        <li
          key={sentence}
          className={cn(
            "border-t-2 pt-3 font-serif text-xl leading-snug text-pretty sm:text-2xl",
            at % 2 === 0 ? "border-accent" : "border-ink",
          )}
        >
          {sentence}
        </li>
      ))}
    </ul>
  );
}

export function useInsights(statistics: Statistics): string[] {
  const { t } = useLingui();
  const { total, genres, people, hours, languages, again, busiest, binge } = statistics;
  const said: (string | false | null | undefined)[] = [];
  const best = peak(hours);
  said.push(
    best &&
      best.views >= 3 &&
      t`${weekdayName(best.weekday, "long")} around ${hourName(best.hour)} was your hour: ${number(best.views)} times something began then.`,
  );
  const [genre] = genres;
  said.push(
    genre &&
      statistics.genres_known >= 5 &&
      t`${genre.name} led, with ${number(genre.titles)} of ${number(statistics.genres_known)} titles.`,
  );
  const maker = people.find((one) => one.role === "director" && one.titles >= 2);
  said.push(maker && t`Nobody led you further than ${maker.name}: ${number(maker.titles)} titles.`);
  said.push(
    binge &&
      t`On ${day(noon(binge.day))} you watched ${number(binge.episodes)} episodes of ${binge.item.title}.`,
  );
  said.push(
    !binge &&
      busiest &&
      busiest.day.views >= 3 &&
      t`Your fullest day was ${day(noon(busiest.day.start))}, with ${number(busiest.day.views)} views.`,
  );
  const [back] = again;
  said.push(back && back.again >= 2 && t`You came back to ${back.item.title} ${number(back.again)} times.`);
  said.push(
    languages.length >= 3 &&
      total.titles >= 10 &&
      t`What you chose was made in ${number(languages.length)} languages.`,
  );
  said.push(
    statistics.year !== null &&
      total.titles >= 10 &&
      total.new_titles / total.titles >= 0.5 &&
      t`${percent(total.new_titles / total.titles)} of your titles were new to you.`,
  );
  return said.filter((one): one is string => typeof one === "string" && one !== "").slice(0, 6);
}
