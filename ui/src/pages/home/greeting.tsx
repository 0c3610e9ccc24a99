/** The first line of Home: the person by name, and something small and true about them. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { Home, OccasionView } from "@/api/schema";
import { useMe } from "@/api/session";
import { Skeleton } from "@/kit/states";
import { number, weekday } from "@/kit/words";

export function Greeting({ home }: { home: Home | undefined }) {
  const { t } = useLingui();
  const { name } = useMe();
  const now = new Date();
  const hour = now.getHours();
  const hello =
    hour < 5
      ? t`Still awake, ${name}?`
      : hour < 12
        ? t`Good morning, ${name}`
        : hour < 18
          ? t`Good afternoon, ${name}`
          : t`Good evening, ${name}`;
  return (
    <header>
      <p className="text-sm font-medium text-accent">{weekday(now)}</p>
      <h1 className="mt-1 text-4xl font-bold tracking-tight wrap-anywhere sm:text-5xl">{hello}</h1>
      <div className="mt-2 min-h-7 text-lg text-muted">
        {home ? <Small home={home} /> : <Skeleton className="mt-2 h-5 w-80 max-w-full" />}
      </div>
    </header>
  );
}

function Small({ home }: { home: Home }) {
  if (home.is_new)
    return (
      <p>
        <Trans>Tell a little about yourself, and this page will be yours.</Trans>
      </p>
    );
  if (home.rows.length === 0)
    return (
      <p>
        <Trans>Nothing is known of you here yet. Two ways to begin:</Trans>
      </p>
    );
  if (home.occasion) return <Occasion of={home.occasion} />;
  const begun = home.rows.find((row) => row.name === "continue")?.cards.length ?? 0;
  if (begun > 0)
    return (
      <p>
        <Plural
          value={begun}
          one="You are in the middle of one thing."
          other="You are in the middle of # things."
        />
      </p>
    );
  return (
    <p>
      <Trans>Here is what to turn to next.</Trans>
    </p>
  );
}

function Occasion({ of: { kind, item, at, rating } }: { of: OccasionView }) {
  const title = (
    <Link
      to="/items/$id"
      params={{ id: String(item.id) }}
      className="font-serif text-ink italic underline decoration-line decoration-2 underline-offset-4 hover:decoration-accent"
    >
      {item.title}
    </Link>
  );
  if (kind === "loved")
    return (
      <p>
        <Trans>
          You gave {title} {number(rating ?? 5)} stars. Here is more where that came from.
        </Trans>
      </p>
    );
  const years = new Date().getFullYear() - new Date(at).getFullYear();
  const isRead = item.kind === "book";
  return (
    <p>
      {isRead ? (
        <Plural
          value={years}
          one={<Trans>A year ago today you finished {title}.</Trans>}
          other={<Trans># years ago today you finished {title}.</Trans>}
        />
      ) : (
        <Plural
          value={years}
          one={<Trans>A year ago today you were watching {title}.</Trans>}
          other={<Trans># years ago today you were watching {title}.</Trans>}
        />
      )}
    </p>
  );
}
