/** "It is another title": candidates, a search among all others, or none of them; undone as easily. */
import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FilePlus2, Search } from "lucide-react";
import { type ReactNode, useDeferredValue, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { ItemView, MatchView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { ItemCover } from "@/kit/item-cover";
import { factsOf } from "@/kit/item-facts";
import { Dialog } from "@/kit/overlay";
import { Failed, Skeleton } from "@/kit/states";
import { say, sayError } from "@/kit/toasts";

type AnotherTitleProps = { item: ItemView; match: MatchView; onClose: () => void };

export function AnotherTitle({ item, match, onClose }: AnotherTitleProps) {
  const { t } = useLingui();
  const [written, setWritten] = useState("");
  const query = useDeferredValue(written.trim());
  const correct = useCorrect();
  const [isBusy, setBusy] = useState(false);
  const choose = async (other: ItemView | null) => {
    setBusy(true);
    if (await correct(match, other)) onClose();
    setBusy(false);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t`What is “${match.says.title}”?`}
      description={t`All rows that call it so follow, and later imports remember. Your files stay as they are.`}
    >
      <label className="flex items-center gap-2 rounded-xl border border-strong-line bg-surface px-3 focus-within:outline-2 focus-within:outline-accent">
        <Search aria-hidden className="size-4 text-muted" />
        <span className="sr-only">
          <Trans>Search for a title</Trans>
        </span>
        <input
          type="search"
          value={written}
          onChange={(event) => setWritten(event.target.value)}
          placeholder={t`Search for a title`}
          className="h-10 grow bg-transparent text-sm outline-none placeholder:text-muted"
        />
      </label>
      <Choices
        item={item}
        match={match}
        query={query}
        isBusy={isBusy}
        onChoose={(other) => void choose(other)}
      />
      <Choice isBusy={isBusy} onChoose={() => void choose(null)} className="-mx-2 w-auto">
        <span className="grid w-10 shrink-0 place-items-center text-muted">
          <FilePlus2 aria-hidden className="size-5" />
        </span>
        <span>
          <span className="block font-medium">
            <Trans>None of these</Trans>
          </span>
          <span className="block text-sm text-muted">
            <Trans>A title of its own, that only you see</Trans>
          </span>
        </span>
      </Choice>
    </Dialog>
  );
}

type ChoicesProps = {
  item: ItemView;
  match: MatchView;
  query: string;
  isBusy: boolean;
  onChoose: (other: ItemView) => void;
};

function Choices({ item, match, query, isBusy, onChoose }: ChoicesProps) {
  const { t } = useLingui();
  const others = useQuery({
    queryKey: ["match", match.id, "others", query],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<ItemView[]> => {
      if (query === "") {
        const params = { path: { match_id: match.id } };
        const found = dataOf(await client.GET("/api/matches/{match_id}/candidates", { params, signal }));
        return found.candidates.map((one) => one.item);
      }
      const params = { query: { q: query, in: "items" as const, limit: 8 } };
      return dataOf(await client.GET("/api/search", { params, signal })).items.map((hit) => hit.item);
    },
  });
  if (others.error) return <Failed error={others.error} onRetry={() => void others.refetch()} />;
  if (!others.data) return <Skeleton className="h-40" />;
  const shown = others.data.filter((one) => one.id !== item.id && one.kind !== "episode");
  if (shown.length === 0)
    return (
      <p className="rounded-xl bg-sunken px-4 py-6 text-center text-sm text-muted">
        {query === "" ? (
          <Trans>Nothing else is called like it. Search for what it is.</Trans>
        ) : (
          <Trans>Nothing is called “{query}” here.</Trans>
        )}
      </p>
    );
  return (
    <ul aria-label={t`What it may be`} className="-mx-2 flex flex-col">
      {shown.map((one) => (
        <li key={one.id}>
          <Choice isBusy={isBusy} onChoose={() => onChoose(one)}>
            <ItemCover item={one} className="w-10 shrink-0 rounded-md" />
            <span className="min-w-0">
              <span className="block truncate font-medium">{one.title}</span>
              <span className="block truncate text-sm text-muted">{factsOf(one, t).join(" · ")}</span>
            </span>
          </Choice>
        </li>
      ))}
    </ul>
  );
}

function Choice({
  isBusy,
  onChoose,
  className,
  children,
}: {
  isBusy: boolean;
  onChoose: () => void;
  className?: string;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      disabled={isBusy}
      onClick={onChoose}
      className={cn(
        "flex w-full items-center gap-4 rounded-xl p-2 text-left hover:bg-sunken disabled:opacity-50",
        className,
      )}
    >
      {children}
    </button>
  );
}

/** Says which item a match is, leads there, and offers the way back; whether it was done. */
function useCorrect() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const takeBack = useTakeBack();
  return async (match: MatchView, other: ItemView | null): Promise<boolean> => {
    try {
      const params = { path: { match_id: match.id } };
      const body = { item_id: other?.id ?? null };
      const now = dataOf(await client.PUT("/api/matches/{match_id}", { params, body })).item;
      forget(queries);
      void navigate({ to: "/items/$id", params: { id: String(now.id) } });
      say(t`“${match.says.title}” is taken for “${now.title}”`, {
        action: { label: t`Undo`, run: () => takeBack(match.id) },
      });
      return true;
    } catch (error) {
      sayError(error);
      return false;
    }
  };
}

/** Takes a correction back, and leads to what the rows are taken for then. */
export function useTakeBack(): (matchId: number) => void {
  const { t } = useLingui();
  const queries = useQueryClient();
  const navigate = useNavigate();
  return (matchId) => {
    client
      .DELETE("/api/matches/{match_id}", { params: { path: { match_id: matchId } } })
      .then((answer) => {
        const now = dataOf(answer).item;
        forget(queries);
        void navigate({ to: "/items/$id", params: { id: String(now.id) } });
        say(t`It is taken for “${now.title}” again`);
      })
      .catch(sayError);
  };
}

/** Two titles have changed, and every list that they are on. */
function forget(queries: ReturnType<typeof useQueryClient>): void {
  for (const name of ["item", "match"]) void queries.invalidateQueries({ queryKey: [name] });
  for (const name of ["home", "library", "statistics", "review"])
    void queries.invalidateQueries({ queryKey: [name], refetchType: "none" });
}
