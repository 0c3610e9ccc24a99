/** A title that was found: why, who made it, and where the person stands with it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Bookmark, Check, Sparkles } from "lucide-react";
import { ItemCover } from "@/kit/item-cover";
import { maker } from "@/kit/item-facts";
import { KIND_NAMES } from "@/kit/kinds";
import { Stars } from "@/kit/rating";
import { Marked } from "./marked";
import type { Found } from "./queries";

export function ItemHit({ hit, onFollow }: { hit: Found["items"][number]; onFollow: () => void }) {
  const { t } = useLingui();
  const { item, matched, highlights } = hit;
  const standing = item.standing;
  return (
    <Link
      to="/items/$id"
      params={{ id: String(item.id) }}
      data-result
      onClick={onFollow}
      className="flex gap-4 rounded-2xl p-2.5 transition-colors hover:bg-surface focus-visible:bg-surface"
    >
      <ItemCover item={item} className="w-16 shrink-0 self-start sm:w-18" />
      <span className="flex min-w-0 grow flex-col gap-1 py-0.5">
        <span className="line-clamp-2 font-display text-lg leading-tight font-semibold wrap-anywhere">
          <Marked text={item.title} spans={highlights ?? []} />
        </span>
        <span className="truncate text-sm text-muted">
          {[t(KIND_NAMES[item.kind]), item.year, maker(item)].filter(Boolean).join(" · ")}
        </span>
        {item.description && <span className="line-clamp-2 text-sm text-muted">{item.description}</span>}
        <span className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted empty:hidden">
          {standing?.rating != null && <Stars value={standing.rating} className="text-sm" />}
          {standing?.is_seen && (
            <span className="inline-flex items-center gap-1">
              <Check aria-hidden className="size-3.5 text-good" />
              {item.kind === "book" ? (
                <Trans>Read</Trans>
              ) : item.kind === "audio" ? (
                <Trans>Listened</Trans>
              ) : (
                <Trans>Watched</Trans>
              )}
            </span>
          )}
          {standing?.is_saved && (
            <span className="inline-flex items-center gap-1">
              <Bookmark aria-hidden className="size-3.5 text-accent" />
              <Trans>For later</Trans>
            </span>
          )}
          {!matched.includes("text") && (
            <span className="inline-flex items-center gap-1">
              <Sparkles aria-hidden className="size-3.5" />
              <Trans>Close in meaning</Trans>
            </span>
          )}
        </span>
      </span>
    </Link>
  );
}
