/** The top of a title's page: its cover, what it is in a few words, and what the person can do with it. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Bookmark, Check, ExternalLink, EyeOff, Waypoints } from "lucide-react";
import type { ReactNode } from "react";
import { useItemActions } from "@/api/items";
import type { About, ItemView } from "@/api/schema";
import { Button } from "@/kit/button";
import { ItemCover } from "@/kit/item-cover";
import { KIND_ICONS, KIND_NAMES } from "@/kit/kinds";
import { Rating } from "@/kit/rating";
import { duration, language, list, number, shortDay } from "@/kit/words";

export function ItemHeader({ about: { item, show } }: { about: About }) {
  const { t } = useLingui();
  const KindIcon = KIND_ICONS[item.kind];
  const by = makers(item);
  return (
    <header className="relative isolate">
      <Mood item={item} />
      <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-5 gap-y-6 sm:grid-cols-[13rem_minmax(0,1fr)] sm:gap-x-10 lg:grid-cols-[16rem_minmax(0,1fr)] lg:gap-x-12">
        <ItemCover item={item} className="self-start shadow-high sm:row-span-2" />
        <div className="min-w-0 self-center sm:self-end">
          <p className="flex flex-wrap items-center gap-2 text-sm font-medium text-accent">
            <KindIcon aria-hidden className="size-4" />
            {t(KIND_NAMES[item.kind])}
            {show && (
              <>
                <span aria-hidden>·</span>
                <Link to="/items/$id" params={{ id: String(show.id) }} className="rounded-md hover:underline">
                  {show.title}
                </Link>
              </>
            )}
          </p>
          <h1 className="mt-2 text-3xl font-bold tracking-tight wrap-anywhere sm:text-5xl xl:text-6xl">
            {item.title}
          </h1>
          {item.original_title && item.original_title !== item.title && (
            <p lang={item.language ?? undefined} className="mt-1 font-serif text-lg text-muted italic">
              {item.original_title}
            </p>
          )}
          <Facts item={item} by={by} />
        </div>
        <div className="col-span-2 min-w-0 sm:col-span-1 sm:col-start-2">
          {item.description && (
            <p className="max-w-2xl font-serif text-lg leading-relaxed text-pretty sm:text-xl">
              {item.description}
            </p>
          )}
          <Actions item={item} />
        </div>
      </div>
    </header>
  );
}

function Facts({ item, by }: { item: ItemView; by: ReactNode }) {
  const { t } = useLingui();
  const age = item.minimum_age;
  const facts = [
    item.year == null ? undefined : String(item.year),
    item.runtime_minutes == null ? undefined : duration(item.runtime_minutes * 60),
    item.pages == null ? undefined : t`${number(item.pages)} pages`,
    item.language == null ? undefined : language(item.language),
    age == null || age === 0 ? undefined : t`from ${age}`,
  ].filter((fact) => fact !== undefined);
  return (
    <>
      {facts.length > 0 && <p className="tabular mt-3 text-sm text-muted">{facts.join(" · ")}</p>}
      {by && <p className="mt-1 text-sm font-medium">{by}</p>}
      {item.genres.length > 0 && (
        <ul aria-label={t`Genres`} className="mt-3 flex flex-wrap gap-1.5">
          {item.genres.map((genre) => (
            <li
              key={genre}
              className="rounded-full border border-line bg-surface/80 px-2.5 py-0.5 text-xs text-muted"
            >
              {genre}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Who made it, in words: "Directed by Denis Villeneuve". */
function makers(item: ItemView) {
  const named = (...roles: string[]) =>
    list(item.credits.filter((credit) => roles.includes(credit.role)).map((credit) => credit.name));
  const directors = named("director");
  const creators = named("creator");
  const authors = named("author");
  const channels = named("channel");
  if (directors) return <Trans>Directed by {directors}</Trans>;
  if (creators) return <Trans>Created by {creators}</Trans>;
  if (authors) return <Trans>Written by {authors}</Trans>;
  if (channels) return <Trans>Published by {channels}</Trans>;
  return undefined;
}

function Actions({ item }: { item: ItemView }) {
  const { t } = useLingui();
  const { rate, save, hide, finish } = useItemActions();
  const isSaved = item.standing?.is_saved ?? false;
  const isHidden = item.standing?.is_hidden ?? false;
  const isSeen = item.standing?.is_seen ?? false;
  const done = {
    book: isSeen ? t`Read it again` : t`Read it`,
    audio: isSeen ? t`Heard it again` : t`Heard it`,
    film: isSeen ? t`Seen it again` : t`Seen it`,
    show: isSeen ? t`Seen it again` : t`Seen it`,
    episode: isSeen ? t`Seen it again` : t`Seen it`,
    video: isSeen ? t`Seen it again` : t`Seen it`,
  }[item.kind];
  return (
    <div className="mt-5 flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Rating
          title={item.title}
          value={item.standing?.rating}
          onChange={(value) => void rate(item, value)}
          className="text-3xl"
        />
        <Standing item={item} />
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button
          look={isSaved ? "plain" : "primary"}
          aria-pressed={isSaved}
          onClick={() => void save(item, !isSaved)}
        >
          <Bookmark aria-hidden className={isSaved ? "fill-current" : undefined} />
          {isSaved ? <Trans>Kept for later</Trans> : <Trans>For later</Trans>}
        </Button>
        <Button onClick={() => void finish(item)}>
          <Check aria-hidden />
          {done}
        </Button>
        <Button look="quiet" onClick={() => void hide(item, !isHidden)}>
          <EyeOff aria-hidden />
          {isHidden ? <Trans>Show again</Trans> : <Trans>Hide</Trans>}
        </Button>
        <Button look="quiet" asChild>
          <Link to="/graph" search={{ node: `item:${item.id}` }}>
            <Waypoints aria-hidden />
            <Trans>In the graph</Trans>
          </Link>
        </Button>
        {item.url && /^https?:\/\//.test(item.url) && (
          <Button look="quiet" asChild>
            <a href={item.url} target="_blank" rel="noreferrer noopener">
              <ExternalLink aria-hidden />
              <Trans>Its page</Trans>
            </a>
          </Button>
        )}
      </div>
    </div>
  );
}

/** Where the person stands with it, as a sentence. */
function Standing({ item: { standing, kind } }: { item: ItemView }) {
  if (!standing) return null;
  const { seen_count: seen, episodes_seen: episodes, last_at: at } = standing;
  const last = at ? shortDay(at) : "";
  const verb = kind === "book" ? "read" : kind === "audio" ? "heard" : "seen";
  return (
    <p className="text-sm text-muted">
      {episodes > 0 ? (
        <Plural value={episodes} one="You have seen # episode" other="You have seen # episodes" />
      ) : seen === 0 ? null : verb === "read" ? (
        <Plural value={seen} one="You have read it" other="You have read it # times" />
      ) : verb === "heard" ? (
        <Plural value={seen} one="You have heard it" other="You have heard it # times" />
      ) : (
        <Plural value={seen} one="You have seen it" other="You have seen it # times" />
      )}
      {(seen > 0 || episodes > 0) && last && (
        <>
          {", "}
          <Trans>last on {last}</Trans>
        </>
      )}
    </p>
  );
}

/** The colours of the cover, far out of focus, behind the top of the page. */
function Mood({ item }: { item: ItemView }) {
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute -inset-x-4 -top-4 -z-10 h-[26rem] overflow-hidden sm:-inset-x-6 lg:-inset-x-10 lg:-top-8"
    >
      <ItemCover
        item={item}
        className="absolute -top-2/3 -left-1/4 aspect-auto h-[200%] w-[90%] opacity-45 blur-3xl saturate-200 dark:opacity-40"
      />
      <div className="absolute inset-0 bg-linear-to-b from-paper/40 via-paper/75 to-paper" />
      <div className="absolute inset-0 bg-linear-to-r from-transparent to-paper" />
    </div>
  );
}
