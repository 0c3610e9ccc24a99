/** Statistics: a year in review, or all years; every picture can be read as a table. */
import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { AudioLines, CalendarHeart } from "lucide-react";
import type { Statistics as Told } from "@/api/schema";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { duration, number } from "@/kit/words";
import { statisticsQuery, type Year } from "./data";
import { Figures, Insights } from "./figures";
import { Heat } from "./heat";
import { Hours, peak } from "./hours";
import { Months, Taste } from "./moving";
import { Share } from "./share";
import { Decades, Genres, Languages, People, Ratings } from "./shares";
import { Loved, Moments, Most } from "./titles";

export default function Statistics() {
  const { t } = useLingui();
  useTitle(t`Statistics`);
  const asked = useSearch({ from: "/inside/statistics" }).year;
  const now = new Date().getFullYear();
  const first = useQuery({ ...statisticsQuery(asked ?? now), placeholderData: keepPreviousData });
  // Who asks for nothing and has nothing this year sees the last year that there is something of.
  const latest = first.data?.years[0]?.year;
  const isElsewhere = asked === undefined && first.data?.total.views === 0 && latest !== undefined;
  const other = useQuery({ ...statisticsQuery(latest ?? now), enabled: isElsewhere });
  const seen = isElsewhere ? other : first;
  const year: Year = asked ?? (isElsewhere ? latest : now);
  const { data: statistics, error } = seen;
  return (
    <div className="mx-auto flex max-w-7xl flex-col gap-8">
      <header className="flex flex-col gap-4">
        <h1 className="text-4xl font-bold sm:text-5xl">
          {year === "all" ? <Trans>All your years</Trans> : <Trans>Your {String(year)}</Trans>}
        </h1>
        {statistics && statistics.years.length > 0 && <Years statistics={statistics} chosen={year} />}
      </header>
      {statistics ? (
        <div
          className={cn("transition-opacity", seen.isPlaceholderData && "opacity-60")}
          aria-busy={seen.isPlaceholderData}
        >
          <Review statistics={statistics} />
        </div>
      ) : error ? (
        <Failed error={error} onRetry={() => void seen.refetch()} />
      ) : (
        <Waiting />
      )}
    </div>
  );
}

function Years({ statistics, chosen }: { statistics: Told; chosen: Year }) {
  const { t } = useLingui();
  const look =
    "shrink-0 rounded-full border border-line px-4 py-1.5 text-sm text-muted hover:border-strong-line hover:text-ink aria-[current=page]:border-ink aria-[current=page]:bg-ink aria-[current=page]:font-medium aria-[current=page]:text-paper";
  return (
    <nav
      aria-label={t`Years`}
      className="-mx-4 flex gap-2 overflow-x-auto px-4 py-1 [scrollbar-width:none] sm:-mx-6 sm:px-6 lg:mx-0 lg:flex-wrap lg:px-0"
    >
      <Link
        to="/statistics"
        search={{ year: "all" }}
        aria-current={chosen === "all" ? "page" : undefined}
        className={look}
      >
        <Trans>All years</Trans>
      </Link>
      {statistics.years.map(({ year }) => (
        <Link
          key={year}
          to="/statistics"
          search={{ year }}
          aria-current={chosen === year ? "page" : undefined}
          className={cn(look, "tabular")}
        >
          {year}
        </Link>
      ))}
    </nav>
  );
}

function Review({ statistics }: { statistics: Told }) {
  if (statistics.total.views === 0) return <Nothing statistics={statistics} />;
  return (
    <div className="flex flex-col gap-10">
      <Figures statistics={statistics}>
        <Share statistics={statistics} />
      </Figures>
      <Insights statistics={statistics} />
      <Heat statistics={statistics} />
      <Most statistics={statistics} />
      <div className={cn("grid gap-4", peak(statistics.hours) && "xl:grid-cols-2")}>
        <Months statistics={statistics} />
        <Hours statistics={statistics} />
      </div>
      <Moments statistics={statistics} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Genres statistics={statistics} />
        <People statistics={statistics} />
      </div>
      <Taste statistics={statistics} />
      <Loved statistics={statistics} />
      <div className="grid items-start gap-4 lg:grid-cols-2 xl:grid-cols-3">
        <Ratings statistics={statistics} />
        <Decades statistics={statistics} />
        <Languages statistics={statistics} />
      </div>
      <Archive statistics={statistics} />
      {statistics.year === null && statistics.undated > 0 && (
        <p className="text-sm text-muted">
          <Trans>
            Of {number(statistics.undated)} views nobody knows the day; they count in the sums and stand on no
            calendar.
          </Trans>
        </p>
      )}
    </div>
  );
}

function Archive({ statistics }: { statistics: Told }) {
  const { recordings, minutes, transcribed_minutes: transcribed } = statistics.archive;
  if (recordings === 0) return null;
  return (
    <section className="flex flex-wrap items-center gap-x-8 gap-y-4 rounded-3xl border border-line bg-surface p-6">
      <span className="grid size-12 place-items-center rounded-2xl bg-accent-soft text-accent">
        <AudioLines aria-hidden className="size-6" />
      </span>
      <div className="grow">
        <h2 className="text-lg font-semibold">
          <Trans>And in your archive</Trans>
        </h2>
        <p className="text-muted">
          <Trans>
            {number(recordings)} recordings, {duration(minutes * 60)} long; {duration(transcribed * 60)} of it
            can be read and searched.
          </Trans>
        </p>
      </div>
      <Button asChild>
        <Link to="/archive">
          <Trans>To the archive</Trans>
        </Link>
      </Button>
    </section>
  );
}

function Nothing({ statistics }: { statistics: Told }) {
  const { t } = useLingui();
  const isEmpty = statistics.years.length === 0;
  return (
    <Empty
      icon={<CalendarHeart />}
      title={isEmpty ? t`Your year will stand here` : t`Nothing in this year`}
      action={
        isEmpty ? (
          <Button look="primary" asChild>
            <Link to="/import">
              <Trans>Import a history</Trans>
            </Link>
          </Button>
        ) : (
          <Button asChild>
            <Link to="/statistics" search={{ year: "all" }}>
              <Trans>Show all years</Trans>
            </Link>
          </Button>
        )
      }
    >
      {isEmpty ? (
        <Trans>
          Bring a history from Netflix, YouTube, Letterboxd or Goodreads, or say of a title that you have
          watched it.
        </Trans>
      ) : (
        <Trans>No view that we know of is from then.</Trans>
      )}
    </Empty>
  );
}

function Waiting() {
  return (
    <div aria-hidden className="flex flex-col gap-10">
      <Skeleton className="h-9 w-80 rounded-full" />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1.25fr)_minmax(0,1fr)]">
        <Skeleton className="min-h-80 rounded-3xl" />
        <div className="grid grid-cols-2 gap-4">
          {["a", "b", "c", "d"].map((one) => (
            <Skeleton key={one} className="h-40 rounded-3xl" />
          ))}
        </div>
      </div>
      <Skeleton className="h-72 rounded-3xl" />
    </div>
  );
}
