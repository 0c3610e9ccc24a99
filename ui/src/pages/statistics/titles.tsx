/** The titles of a year: what took most time, what was loved, what one came back to, how it began and ended. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { ItemView, Statistics } from "@/api/schema";
import { ItemCover } from "@/kit/item-cover";
import { KIND_NAMES } from "@/kit/kinds";
import { Stars } from "@/kit/rating";
import { Shelf } from "@/kit/shelf";
import { day, duration, number } from "@/kit/words";
import { noon } from "./days";

/** A cover that leads to its title, with a line below. */
function Titled({ item, place, note }: { item: ItemView; place?: number; note: ReactNode }) {
  const { t } = useLingui();
  return (
    <article className="flex flex-col gap-2">
      <Link
        to="/items/$id"
        params={{ id: String(item.id) }}
        data-card
        className="relative block rounded-card transition-transform duration-200 ease-out hover:-translate-y-1 focus-visible:outline-offset-3"
      >
        <ItemCover item={item} />
        {place !== undefined && (
          <span
            aria-hidden
            className="tabular absolute -top-2 -left-1.5 grid size-9 place-items-center rounded-full bg-ink font-display text-lg font-bold text-paper"
          >
            {number(place)}
          </span>
        )}
        <span className="sr-only">
          {item.title}, {t(KIND_NAMES[item.kind])}
        </span>
      </Link>
      <p className="mt-1 line-clamp-1 text-sm font-medium" aria-hidden>
        {item.title}
      </p>
      <p className="-mt-1.5 text-sm text-muted">{note}</p>
    </article>
  );
}

export function Most({ statistics }: { statistics: Statistics }) {
  if (statistics.most.length === 0) return null;
  return (
    <Shelf
      heading={<Trans>What you spent most time with</Trans>}
      width="w-32 sm:w-36"
      placeholder={<div className="aspect-2/3" />}
    >
      {statistics.most.map((one, at) => (
        <Titled
          key={one.item.id}
          item={one.item}
          place={at + 1}
          note={
            one.minutes > 0 ? (
              duration(one.minutes * 60)
            ) : (
              <Plural value={one.views} one="# view" other="# views" />
            )
          }
        />
      ))}
    </Shelf>
  );
}

export function Loved({ statistics }: { statistics: Statistics }) {
  const { best } = statistics.ratings;
  if (best.length === 0) return null;
  return (
    <Shelf
      heading={<Trans>What you loved</Trans>}
      width="w-32 sm:w-36"
      placeholder={<div className="aspect-2/3" />}
    >
      {best.map((one) => (
        <Titled key={one.item.id} item={one.item} note={<Stars value={one.stars} />} />
      ))}
    </Shelf>
  );
}

/** Small stories with a cover: the first, the last, the fullest day, the longest evening, what was seen again. */
export function Moments({ statistics }: { statistics: Statistics }) {
  const { first, last, busiest, binge, again } = statistics;
  const isYear = statistics.year !== null;
  const [back] = again;
  const stories: { key: string; item: ItemView | undefined; name: ReactNode; text: ReactNode }[] = [];
  if (first)
    stories.push({
      key: "first",
      item: first.item,
      name: isYear ? <Trans>It began with</Trans> : <Trans>The first we know of</Trans>,
      text: day(noon(first.day)),
    });
  if (last && last.item.id !== first?.item.id)
    stories.push({
      key: "last",
      item: last.item,
      name: <Trans>Most recently</Trans>,
      text: day(noon(last.day)),
    });
  if (busiest && busiest.day.views > 1)
    stories.push({
      key: "busiest",
      item: busiest.items[0],
      name: <Trans>Your fullest day</Trans>,
      text: (
        <>
          {day(noon(busiest.day.start))}, <Plural value={busiest.day.views} one="# view" other="# views" />
        </>
      ),
    });
  if (binge)
    stories.push({
      key: "binge",
      item: binge.item,
      name: <Trans>Just one more</Trans>,
      text: (
        <>
          <Plural value={binge.episodes} one="# episode" other="# episodes" />, {day(noon(binge.day))}
        </>
      ),
    });
  if (back)
    stories.push({
      key: "again",
      item: back.item,
      name: <Trans>You came back to</Trans>,
      text: <Plural value={back.again} one="once more" other="# times more" />,
    });
  if (stories.length === 0) return null;
  return (
    <ul className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,17rem),1fr))] gap-4">
      {stories.map(
        ({ key, item, name, text }) => item && <Story key={key} item={item} name={name} text={text} />,
      )}
    </ul>
  );
}

function Story({ item, name, text }: { item: ItemView; name: ReactNode; text: ReactNode }) {
  return (
    <li className="relative flex items-center gap-4 rounded-3xl border border-line bg-surface p-4 transition-colors hover:border-strong-line">
      <ItemCover item={item} className="w-20 shrink-0" />
      <div className="min-w-0">
        <p className="text-sm text-muted">{name}</p>
        <Link
          to="/items/$id"
          params={{ id: String(item.id) }}
          className="line-clamp-2 font-display text-lg leading-tight font-semibold after:absolute after:inset-0 after:rounded-3xl"
        >
          {item.title}
        </Link>
        <p className="mt-1 text-sm text-muted">{text}</p>
      </div>
    </li>
  );
}
