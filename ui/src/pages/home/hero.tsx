/** The best of what there is for the person, as large as it deserves, with the reason. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Bookmark, Check, EyeOff, Sparkles } from "lucide-react";
import { useItemActions } from "@/api/items";
import type { HomeCard } from "@/api/schema";
import { Button } from "@/kit/button";
import { ItemCover } from "@/kit/item-cover";
import { factsOf } from "@/kit/item-facts";
import { Rating } from "@/kit/rating";
import { Skeleton } from "@/kit/states";
import { Why } from "@/kit/why";

const BOX =
  "relative isolate grid min-h-[26rem] grid-cols-[7rem_minmax(0,1fr)] grid-rows-[auto_1fr] content-center gap-x-5 gap-y-5 overflow-hidden rounded-3xl border border-line bg-surface p-5 shadow-card sm:min-h-[22rem] sm:grid-cols-[13rem_minmax(0,1fr)] sm:grid-rows-[1fr_auto_auto_1fr] sm:gap-x-9 sm:gap-y-0 sm:p-8 lg:grid-cols-[15rem_minmax(0,1fr)] lg:gap-x-12 lg:p-10";

export function Hero({ card, listId, isForYou }: { card: HomeCard; listId: number; isForYou: boolean }) {
  const { t } = useLingui();
  const { item } = card;
  const { rate, save, hide, finish } = useItemActions();
  const isSaved = item.standing?.is_saved ?? false;
  const facts = factsOf(item, t);
  return (
    <section aria-label={t`Best for you`} className={BOX}>
      <Mood card={card} />
      <Link
        to="/items/$id"
        params={{ id: String(item.id) }}
        className="self-center rounded-card transition-transform duration-300 ease-out hover:-rotate-1 hover:scale-[1.02] sm:col-start-1 sm:row-span-4 sm:row-start-1"
      >
        <ItemCover item={item} className="shadow-high" />
        <span className="sr-only">{item.title}</span>
      </Link>
      <div className="min-w-0 self-center sm:col-start-2 sm:row-start-2 sm:self-end">
        <p className="flex items-center gap-2 text-sm font-semibold text-accent">
          <Sparkles aria-hidden className="size-4" />
          {isForYou ? <Trans>Best for you right now</Trans> : <Trans>Loved by many</Trans>}
        </p>
        <h2 className="mt-2 text-2xl font-bold tracking-tight wrap-anywhere sm:text-4xl lg:text-5xl">
          <Link to="/items/$id" params={{ id: String(item.id) }} className="rounded-md hover:text-accent">
            {item.title}
          </Link>
        </h2>
        <p className="mt-2 text-sm text-muted">{facts.join(" · ")}</p>
      </div>
      <div className="col-span-2 max-w-2xl min-w-0 sm:col-span-1 sm:col-start-2 sm:row-start-3">
        {card.because && (
          <p className="font-serif sm:mt-4 text-xl leading-snug text-pretty sm:text-2xl">{card.because}</p>
        )}
        {item.description && (
          <p className="mt-3 line-clamp-2 text-sm leading-relaxed text-muted">{item.description}</p>
        )}
        <div className="mt-5 flex flex-wrap items-center gap-2">
          <Button
            look={isSaved ? "plain" : "primary"}
            onClick={() => void save(item, !isSaved)}
            aria-pressed={isSaved}
          >
            <Bookmark aria-hidden className={isSaved ? "fill-current" : undefined} />
            {isSaved ? <Trans>Kept for later</Trans> : <Trans>For later</Trans>}
          </Button>
          <Button onClick={() => void finish(item)}>
            <Check aria-hidden />
            {item.kind === "book" ? <Trans>Read it</Trans> : <Trans>Seen it</Trans>}
          </Button>
          <Button look="quiet" onClick={() => void hide(item, true)}>
            <EyeOff aria-hidden />
            <Trans>Hide</Trans>
          </Button>
          <Why
            listId={listId}
            item={item}
            trigger={
              <Button look="quiet">
                <Sparkles aria-hidden />
                <Trans>Why this?</Trans>
              </Button>
            }
          />
          <Rating
            title={item.title}
            value={item.standing?.rating}
            onChange={(value) => void rate(item, value)}
            className="ml-1 text-2xl"
          />
        </div>
      </div>
    </section>
  );
}

/** The colours of the cover, far out of focus. */
function Mood({ card: { item } }: { card: HomeCard }) {
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0 -z-10">
      <ItemCover
        item={item}
        className="absolute -top-1/2 -left-1/4 aspect-auto h-[200%] w-[85%] scale-110 opacity-60 blur-3xl saturate-200 dark:opacity-50"
      />
      <div className="absolute inset-0 bg-linear-to-r from-surface/35 via-surface/80 to-surface" />
    </div>
  );
}

/** Its place while the page loads. */
export function HeroSkeleton() {
  return (
    <div aria-hidden className={BOX}>
      <Skeleton className="aspect-2/3 self-center rounded-card sm:col-start-1 sm:row-span-4 sm:row-start-1" />
      <div className="col-span-2 flex flex-col gap-4 sm:col-span-1 sm:col-start-2 sm:row-start-2">
        <Skeleton className="h-5 w-48" />
        <Skeleton className="h-12 w-3/4 max-w-lg" />
        <Skeleton className="h-4 w-64" />
        <Skeleton className="h-16 w-full max-w-xl" />
        <Skeleton className="h-10 w-72" />
      </div>
    </div>
  );
}
