/** None of the candidates: the right title is looked for by name. */
import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { ItemView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { ItemCover } from "@/kit/item-cover";
import { maker } from "@/kit/item-facts";
import { KIND_NAMES } from "@/kit/kinds";
import { Dialog } from "@/kit/overlay";
import { Failed, Skeleton } from "@/kit/states";

type OtherProps = {
  /** What the row calls it: the search begins with that. */
  title: string;
  /** What it stands as until it is answered: no answer. */
  own: number;
  onPick: (item: ItemView) => void;
  onClose: () => void;
};

export function Other({ title, own, onPick, onClose }: OtherProps) {
  const { t } = useLingui();
  const id = useId();
  const [text, setText] = useState(title);
  const [at, setAt] = useState(0);
  const wanted = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["review", "other", wanted],
    queryFn: async ({ signal }) =>
      dataOf(
        await client.GET("/api/search", { params: { query: { q: wanted, in: "items", limit: 8 } }, signal }),
      ).items,
    enabled: /\S/.test(wanted),
    placeholderData: keepPreviousData,
  });
  const hits = /\S/.test(wanted) ? (found.data ?? []).filter(({ item }) => item.id !== own) : [];
  const marked = Math.min(at, hits.length - 1);

  function onKeyDown(event: React.KeyboardEvent): void {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && hits.length > 0) {
      event.preventDefault();
      setAt((marked + step + hits.length) % hits.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const hit = hits[marked];
      if (hit) onPick(hit.item);
    }
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t`Which title is it?`}
      description={t`Anything in the catalogue, and what is your own.`}
    >
      <input
        autoFocus
        role="combobox"
        aria-label={t`Title, year or a name`}
        aria-expanded={hits.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={hits.length > 0 ? `${id}-${marked}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        className="h-12 w-full rounded-xl border border-strong-line/60 bg-surface px-4 text-base"
      />
      <div className="min-h-72">
        {found.isError && <Failed error={found.error} onRetry={() => void found.refetch()} />}
        {found.isPending && found.isFetching && (
          <div className="flex flex-col gap-2">
            {["a", "b", "c"].map((key) => (
              <Skeleton key={key} className="h-20" />
            ))}
          </div>
        )}
        {found.isSuccess && hits.length === 0 && (
          <p className="py-10 text-center text-sm text-muted">
            <Trans>
              Nothing is called that. Try fewer words, or close this and say that it is an entry of its own.
            </Trans>
          </p>
        )}
        <div
          id={`${id}-list`}
          role="listbox"
          tabIndex={-1}
          aria-label={t`Titles`}
          className="flex flex-col gap-1"
        >
          {hits.map(({ item }, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the combobox's, which has the focus
            <div
              key={item.id}
              id={`${id}-${place}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === marked}
              onClick={() => onPick(item)}
              onPointerMove={() => setAt(place)}
              className={cn(
                "flex cursor-pointer items-center gap-3 rounded-xl p-2",
                place === marked && "bg-sunken",
              )}
            >
              <ItemCover item={item} className="w-11 rounded-md" />
              <span className="min-w-0">
                <span className="block truncate font-medium">{item.title}</span>
                <span className="block truncate text-sm text-muted">
                  {[t(KIND_NAMES[item.kind]), item.year, maker(item)].filter(Boolean).join(" · ")}
                </span>
              </span>
            </div>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
