/** What is done with all chosen titles at once, and taken back at once. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import {
  Bookmark,
  BookmarkMinus,
  Check,
  Eye,
  EyeOff,
  MoreHorizontal,
  Star,
  StarOff,
  Undo2,
  X,
} from "lucide-react";
import { useState } from "react";
import { client, dataOf } from "@/api/client";
import type { BulkChange } from "@/api/schema";
import { Button, IconButton } from "@/kit/button";
import { Menu, MenuItem } from "@/kit/menu";
import { Popover } from "@/kit/overlay";
import { Rating } from "@/kit/rating";
import { say, sayError } from "@/kit/toasts";
import { number } from "@/kit/words";
import { filterOf, type LibrarySearch } from "./search";
import type { Selection } from "./selection";

type Action = BulkChange["action"];
export type ChangeChosen = (action: Action, rating?: number) => void;

/** Changes what is chosen, says how many that were, and offers the way back. */
export function useChangeChosen(search: LibrarySearch, selection: Selection): ChangeChosen {
  const queries = useQueryClient();
  const { t } = useLingui();

  const again = () =>
    Promise.all(
      ["library", "home", "statistics", "item"].map((name) =>
        queries.invalidateQueries({ queryKey: [name] }),
      ),
    );
  const takeBack = async (edit: number) => {
    await client.POST("/api/library/bulk/{edit_id}/undo", { params: { path: { edit_id: edit } } });
    await again();
  };
  const newsOf = (action: Action, count: number): string => {
    const titles = count === 1 ? t`1 title` : t`${number(count)} titles`;
    return {
      rate: t`${titles} rated`,
      unrate: t`${titles} no longer rated`,
      watched: t`${titles} marked as seen`,
      unwatched: t`${titles} no longer marked as seen`,
      save: t`${titles} kept for later`,
      unsave: t`${titles} no longer kept for later`,
      hide: t`${titles} hidden`,
      unhide: t`${titles} shown again`,
    }[action];
  };

  return (action, rating) => {
    const body: BulkChange = {
      action,
      ...(rating === undefined ? {} : { rating }),
      ...(selection.isAll
        ? { which: filterOf(search), scope: search.scope ?? "mine" }
        : { ids: selection.ids() }),
    };
    const change = async () => {
      const done = dataOf(await client.POST("/api/library/bulk", { body }));
      const edit = done.edit;
      if (edit === null) {
        say(t`Nothing had to change`);
        return;
      }
      say(newsOf(action, done.changed), {
        action: { label: t`Undo`, run: () => void takeBack(edit).catch(sayError) },
      });
      selection.clear();
      await again();
    };
    change().catch(sayError);
  };
}

type BulkBarProps = { selection: Selection; total: number; change: ChangeChosen };

export function BulkBar({ selection, total, change }: BulkBarProps) {
  const { t } = useLingui();
  const [isRating, setRating] = useState(false);
  if (!selection.isChoosing) return null;
  const isNone = selection.count === 0;
  return (
    <section
      aria-label={t`Chosen titles`}
      className="appear fixed inset-x-3 bottom-20 z-40 mx-auto flex max-w-fit flex-wrap items-center justify-center gap-1 rounded-2xl border border-line bg-raised p-2 shadow-high lg:bottom-6 lg:left-60"
    >
      <p aria-live="polite" className="px-2 text-sm font-medium tabular">
        <Plural value={selection.count} _0="None chosen" one="# chosen" other="# chosen" />
      </p>
      {!selection.isAll && total > selection.count && (
        <Button size="small" look="quiet" onClick={selection.all}>
          <Trans>All {number(total)}</Trans>
        </Button>
      )}
      <span aria-hidden className="mx-1 hidden h-6 w-px bg-line sm:block" />
      <Popover
        label={t`Rate all of them`}
        open={isRating}
        onOpenChange={setRating}
        side="top"
        className="w-auto"
        trigger={
          <Button size="small" look="quiet" disabled={isNone}>
            <Star aria-hidden />
            <Trans>Rate</Trans>
          </Button>
        }
      >
        <Rating
          title={t`all chosen titles`}
          value={null}
          onChange={(stars) => {
            setRating(false);
            if (stars !== null) change("rate", stars);
          }}
          className="text-3xl"
        />
      </Popover>
      <Button size="small" look="quiet" disabled={isNone} onClick={() => change("watched")}>
        <Check aria-hidden />
        <Trans>Seen</Trans>
      </Button>
      <Button size="small" look="quiet" disabled={isNone} onClick={() => change("save")}>
        <Bookmark aria-hidden />
        <Trans>Later</Trans>
      </Button>
      <Button size="small" look="quiet" disabled={isNone} onClick={() => change("hide")}>
        <EyeOff aria-hidden />
        <Trans>Hide</Trans>
      </Button>
      <Menu
        trigger={
          <IconButton label={t`More for the chosen titles`} size="small" disabled={isNone}>
            <MoreHorizontal />
          </IconButton>
        }
      >
        <MenuItem icon={<StarOff />} onSelect={() => change("unrate")}>
          {t`Take the ratings back`}
        </MenuItem>
        <MenuItem icon={<Undo2 />} onSelect={() => change("unwatched")}>
          {t`Not seen after all`}
        </MenuItem>
        <MenuItem icon={<BookmarkMinus />} onSelect={() => change("unsave")}>
          {t`No longer for later`}
        </MenuItem>
        <MenuItem icon={<Eye />} onSelect={() => change("unhide")}>
          {t`Show again`}
        </MenuItem>
      </Menu>
      <IconButton label={t`Choose nothing`} keys="Esc" size="small" onClick={selection.clear}>
        <X />
      </IconButton>
    </section>
  );
}
