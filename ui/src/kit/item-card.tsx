/** A title on a shelf: its cover, and what can be done with it without leaving the shelf. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Bookmark, Check, EyeOff, MoreHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { useItemActions } from "@/api/items";
import type { ItemView } from "@/api/schema";
import { IconButton } from "./button";
import { cn } from "./classes";
import { ItemCover } from "./item-cover";
import { KIND_NAMES } from "./kinds";
import { Menu, MenuItem } from "./menu";
import { Rating } from "./rating";
import { percent } from "./words";

type ItemCardProps = {
  item: ItemView;
  /** A line below the title, such as the reason. */
  note?: ReactNode;
  /** More to do with it, such as "Why this?". */
  extra?: ReactNode;
  /** How far the person is: 0 to 1. */
  share?: number | null | undefined;
  /** More for its menu. */
  menu?: ReactNode;
  className?: string;
};

export function ItemCard({ item, note, extra, share, menu, className }: ItemCardProps) {
  const { t } = useLingui();
  const { rate, save, hide, finish } = useItemActions();
  const isSaved = item.standing?.is_saved ?? false;
  const isSeen = item.standing?.is_seen ?? false;
  const isHidden = item.standing?.is_hidden ?? false;
  return (
    <article className={cn("group relative flex w-full flex-col gap-2", isHidden && "opacity-50", className)}>
      <div className="relative transition-transform duration-200 ease-out focus-within:-translate-y-1 hover:-translate-y-1">
        <Link
          to="/items/$id"
          params={{ id: String(item.id) }}
          data-card
          className="block rounded-card focus-visible:outline-offset-3"
        >
          <ItemCover item={item} />
          <span className="sr-only">
            {item.title}, {t(KIND_NAMES[item.kind])}
            {item.year ? `, ${item.year}` : ""}
          </span>
        </Link>
        {isSeen && (
          <span className="absolute top-2 left-2 grid size-6 place-items-center rounded-full bg-paper/95 text-good shadow-card">
            <Check aria-hidden className="size-3.5" strokeWidth={3} />
            <span className="sr-only">
              <Trans>You know it</Trans>
            </span>
          </span>
        )}
        <IconButton
          label={isSaved ? t`No longer keep ${item.title} for later` : t`Keep ${item.title} for later`}
          pressed={isSaved}
          size="small"
          onClick={() => save(item, !isSaved)}
          className={cn(
            "absolute top-1.5 right-1.5 size-8 rounded-full bg-paper/95 text-base text-ink shadow-card transition-opacity hover:bg-paper",
            isSaved
              ? "text-accent"
              : "opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100",
          )}
        >
          <Bookmark className={isSaved ? "fill-current" : undefined} />
        </IconButton>
        {share != null && share > 0 && (
          <span className="absolute inset-x-2 bottom-2 h-1 overflow-hidden rounded-full bg-black/40">
            <span className="block h-full rounded-full bg-white" style={{ width: `${share * 100}%` }} />
            <span className="sr-only">{percent(share)}</span>
          </span>
        )}
      </div>
      <div className="flex h-8 items-center justify-between gap-1">
        <Rating
          title={item.title}
          value={item.standing?.rating}
          onChange={(value) => rate(item, value)}
          className="text-lg"
        />
        <Menu
          trigger={
            <IconButton label={t`More about ${item.title}`} size="small" className="-mr-1">
              <MoreHorizontal />
            </IconButton>
          }
        >
          <MenuItem icon={<Check />} onSelect={() => finish(item)}>
            {isSeen
              ? t`Once more`
              : item.kind === "book"
                ? t`Read`
                : item.kind === "audio"
                  ? t`Listened`
                  : t`Watched`}
          </MenuItem>
          <MenuItem icon={<Bookmark />} onSelect={() => save(item, !isSaved)}>
            {isSaved ? t`No longer for later` : t`For later`}
          </MenuItem>
          <MenuItem icon={<EyeOff />} onSelect={() => hide(item, !isHidden)}>
            {isHidden ? t`Show again` : t`Hide`}
          </MenuItem>
          {menu}
        </Menu>
      </div>
      {note != null && <div className="line-clamp-2 h-10 text-sm leading-5 text-muted">{note}</div>}
      {extra}
    </article>
  );
}
