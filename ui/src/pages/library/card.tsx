/** A title on the shelf: its cover and where the person stands with it; or a line of a list. */
import { t } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useRouter } from "@tanstack/react-router";
import { Bookmark, Check, EyeOff, Star } from "lucide-react";
import { memo, type ReactNode } from "react";
import type { CardView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { ItemCover } from "@/kit/item-cover";
import { maker } from "@/kit/item-facts";
import { KIND_ICONS, KIND_NAMES } from "@/kit/kinds";
import { Stars } from "@/kit/rating";
import { duration, number, shortDay } from "@/kit/words";

type CardProps = {
  card: CardView | undefined;
  isChosen: boolean;
  isChoosing: boolean;
  /** Chooses it; with `reach`, everything from the last choice to it. */
  onChoose: (reach: boolean) => void;
};

type OpensProps = Omit<CardProps, "isChosen"> & { className: string; children: ReactNode };

/**
 * While titles are being chosen a click chooses, else it opens; the keyboard has the cell around it.
 * A plain link: the router's own is dear to make, and a fling past hundreds of covers makes hundreds.
 */
function Opens({ card, isChoosing, onChoose, className, children }: OpensProps) {
  const router = useRouter();
  if (!card) return <div className={className}>{children}</div>;
  const to = { to: "/items/$id", params: { id: String(card.id) } } as const;
  return (
    <a
      href={`/items/${card.id}`}
      tabIndex={-1}
      draggable={false}
      onPointerEnter={() => void router.preloadRoute(to)}
      onClick={(event) => {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        if (isChoosing || event.shiftKey) onChoose(event.shiftKey);
        else void router.navigate(to);
      }}
      className={className}
    >
      {children}
    </a>
  );
}

/** Where something will be. It stands still: dozens that shimmer would cost a fling its frames. */
function Place({ className }: { className: string }) {
  return <div className={cn("rounded-lg bg-sunken", className)} />;
}

export const GridCard = memo(function GridCard(props: CardProps) {
  const { card, isChosen } = props;
  if (!card) {
    return (
      <>
        <Place className="aspect-2/3 rounded-card" />
        <Place className="mt-2.5 h-3.5 w-4/5" />
        <Place className="mt-2 h-3 w-2/5" />
      </>
    );
  }
  const standing = card.standing;
  return (
    <div className={cn("group/card relative", standing?.is_hidden && "opacity-50")}>
      <Opens {...props} className="block rounded-card">
        <div
          className={cn(
            "relative transition-transform duration-200 group-hover/card:-translate-y-1",
            isChosen && "scale-[0.94]",
          )}
        >
          <ItemCover item={card} />
          <Progress share={card.progress} />
          {isChosen && <span className="absolute -inset-1.5 rounded-[1.1rem] ring-3 ring-accent" />}
        </div>
        <p className="mt-2 truncate text-sm leading-5 font-medium">{card.title}</p>
        <p className="@container flex h-5 items-center justify-between gap-2 text-xs text-muted">
          <span className="flex min-w-0 items-center gap-1.5">
            <Marks card={card} />
            <span className="truncate tabular">{detail(card)}</span>
          </span>
          <Stars value={standing?.rating} className="shrink-0 text-[0.7rem] @max-[7.5rem]:hidden" />
          <Score value={standing?.rating} className="@min-[7.5rem]:hidden" />
        </p>
      </Opens>
      <Tick {...props} className="absolute top-2 left-2" />
    </div>
  );
});

export const ListCard = memo(function ListCard(props: CardProps) {
  const { t } = useLingui();
  const { card, isChosen } = props;
  if (!card) {
    return (
      <div className="flex h-full items-center gap-4 px-2">
        <Place className="h-14 w-9.5 shrink-0" />
        <div className="grow">
          <Place className="h-4 w-1/3" />
          <Place className="mt-2 h-3 w-1/5" />
        </div>
      </div>
    );
  }
  const Icon = KIND_ICONS[card.kind];
  const standing = card.standing;
  return (
    <div
      className={cn(
        "group/card relative flex h-full items-center rounded-xl pr-3 pl-2 hover:bg-sunken",
        isChosen && "bg-accent-soft hover:bg-accent-soft",
        standing?.is_hidden && "opacity-50",
      )}
    >
      <Opens {...props} className="flex h-full min-w-0 grow items-center gap-3 sm:gap-4">
        <span className="relative w-9.5 shrink-0">
          <ItemCover item={card} className="rounded-md shadow-none" />
        </span>
        <span className="min-w-0 grow">
          <span className="block truncate font-medium">{card.title}</span>
          <span className="flex items-center gap-1.5 text-sm text-muted">
            <Icon aria-label={t(KIND_NAMES[card.kind])} className="size-3.5 shrink-0" />
            <span className="truncate">{[maker(card), card.year].filter(Boolean).join(" · ")}</span>
          </span>
        </span>
        <span className="hidden w-40 shrink-0 truncate text-sm text-muted 2xl:block">
          {card.genres.slice(0, 2).join(", ")}
        </span>
        <span className="hidden w-24 shrink-0 text-right text-sm text-muted tabular md:block">
          {length(card)}
        </span>
        <span className="hidden w-28 shrink-0 text-right text-sm text-muted tabular sm:block">
          {standing?.last_at ? shortDay(standing.last_at) : ""}
        </span>
        <span className="flex shrink-0 justify-end text-sm sm:w-20">
          <Stars value={standing?.rating} className="max-sm:hidden" />
          <Score value={standing?.rating} className="sm:hidden" />
        </span>
        <span className="flex shrink-0 justify-end text-muted sm:w-10">
          <Marks card={card} />
        </span>
      </Opens>
      <Tick {...props} className="absolute left-3.5 size-7" />
    </div>
  );
});

/** How far somebody is in what they began. */
function Progress({ share }: { share: number | null }) {
  if (!share || share <= 0) return null;
  return (
    <span className="absolute inset-x-2 bottom-2 h-1 overflow-hidden rounded-full bg-black/50">
      <span
        className="block h-full rounded-full bg-white"
        style={{ width: `${Math.round(Math.min(1, share) * 100)}%` }}
      />
    </span>
  );
}

/** A rating where five stars have no room. */
function Score({ value, className }: { value: number | null | undefined; className: string }) {
  const { t } = useLingui();
  if (value == null) return null;
  return (
    <span className={cn("flex shrink-0 items-center gap-0.5 text-star tabular", className)}>
      <Star aria-label={t`Rating`} className="size-3 fill-current" />
      {number(value)}
    </span>
  );
}

/** Seen, kept for later, hidden: beside the text, so that covers stay covers. */
function Marks({ card }: { card: CardView }) {
  const { t } = useLingui();
  const standing = card.standing;
  if (!standing) return null;
  return (
    <span className="flex shrink-0 items-center gap-1 empty:hidden [&_svg]:size-3.5">
      {standing.is_hidden && <EyeOff aria-label={t`Hidden`} />}
      {standing.is_saved && <Bookmark aria-label={t`For later`} className="fill-current" />}
      {standing.is_seen && <Check aria-label={t`Seen`} strokeWidth={2.5} className="text-good" />}
    </span>
  );
}

/** The mark of what is chosen; by pointer only, the keyboard has x. */
function Tick({ card, isChosen, isChoosing, onChoose, className }: CardProps & { className: string }) {
  const { t } = useLingui();
  if (!card) return null;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={isChosen ? t`Do not choose ${card.title}` : t`Choose ${card.title}`}
      onClick={(event) => onChoose(event.shiftKey)}
      className={cn(
        "grid size-7 place-items-center rounded-full border-2 border-white/90 bg-black/45 text-white opacity-0 shadow-sm transition-opacity group-hover/card:opacity-100 focus-visible:opacity-100 pointer-coarse:group-hover/card:opacity-0 [&_svg]:size-4",
        isChoosing && "opacity-100 pointer-coarse:group-hover/card:opacity-100",
        isChosen && "border-accent bg-accent text-on-accent",
        className,
      )}
    >
      {isChosen && <Check aria-hidden strokeWidth={3} />}
    </button>
  );
}

function detail(card: CardView): string {
  if (card.kind === "episode" && card.series_title) return card.series_title;
  const year = card.year === null ? "" : String(card.year);
  // Beside stars there is no room for more.
  return card.standing?.rating ? year || length(card) : [year, length(card)].filter(Boolean).join(" · ");
}

function length(card: CardView): string {
  if (card.runtime_minutes) return duration(card.runtime_minutes * 60);
  return card.pages ? t`${number(card.pages)} p.` : "";
}
