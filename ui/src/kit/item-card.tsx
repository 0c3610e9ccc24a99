/** A title on a shelf: its cover, and what can be done with it without leaving the shelf. */
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Bookmark, Check, EyeOff, MoreHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { useItemActions } from "@/api/items";
import type { ItemView } from "@/api/schema";
import { IconButton } from "./button";
import { cn } from "./classes";
import { Cover } from "./cover";
import { KIND_NAMES } from "./kinds";
import { Menu, MenuItem } from "./menu";
import { Rating } from "./rating";

type ItemCardProps = {
  item: ItemView;
  /** A line below the title, such as the reason. */
  note?: ReactNode;
  /** More to do with it, such as "Why this?". */
  extra?: ReactNode;
  className?: string;
};

export function ItemCard({ item, note, extra, className }: ItemCardProps) {
  const { t } = useLingui();
  const { rate, save, hide, finish } = useItemActions();
  const isSaved = item.standing?.is_saved ?? false;
  const isSeen = item.standing?.is_seen ?? false;
  const isHidden = item.standing?.is_hidden ?? false;
  return (
    <article className={cn("group relative flex w-full flex-col gap-2", isHidden && "opacity-50", className)}>
      <Link
        to="/items/$id"
        params={{ id: String(item.id) }}
        className="rounded-card transition-transform duration-200 hover:-translate-y-1 focus-visible:-translate-y-1"
      >
        <Cover
          title={item.title}
          kind={item.kind}
          year={item.year}
          by={maker(item)}
          imageUrl={item.image_url}
        />
        <span className="sr-only">
          {item.title}, {t(KIND_NAMES[item.kind])}
          {item.year ? `, ${item.year}` : ""}
        </span>
      </Link>
      <div className="flex items-center justify-between gap-1">
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
        </Menu>
      </div>
      {note && <div className="line-clamp-2 text-sm text-muted">{note}</div>}
      {extra}
    </article>
  );
}

/** Who a cover names: a film's director, a book's author. */
export function maker(item: Pick<ItemView, "credits" | "series_title">): string | undefined {
  const made = item.credits?.find((credit) =>
    ["director", "author", "creator", "channel"].includes(credit.role),
  );
  return made?.name ?? item.series_title ?? undefined;
}
