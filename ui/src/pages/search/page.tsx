/** Search: one box over titles and what is said in recordings; everything it shows is in its address. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Clock, MessageCircleQuestion, Search as SearchIcon, SearchX, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useMe } from "@/api/session";
import { Button, IconButton } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Segments } from "@/kit/field";
import { useShortcuts } from "@/kit/shortcuts";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { Filters } from "./filters";
import { ItemHit } from "./item-hit";
import { type Found, useRested, useSearchFor } from "./queries";
import { useRecents } from "./recents";
import { RecordingHit } from "./recording-hit";
import { hasFilters, type Wanted, type Where, without } from "./wanted";

export default function Search() {
  const { t } = useLingui();
  const wanted = useSearch({ from: "/inside/search" });
  useTitle(wanted.q ? t`${wanted.q}, search` : t`Search`);
  const navigate = useNavigate({ from: "/search" });
  const { recents, add, clear } = useRecents(useMe().id);
  const box = useRef<HTMLInputElement>(null);
  const results = useRef<HTMLDivElement>(null);
  const [text, setText] = useState(wanted.q ?? "");
  const rested = useRested(text);

  // What is typed goes into the address once it rests; what comes by the address (back, a link) goes into the box.
  const told = useRef(wanted.q ?? "");
  useEffect(() => {
    if (rested.trim() === told.current.trim()) return;
    told.current = rested;
    const next = rested.trim() ? { ...wanted, q: rested } : without(wanted, "q");
    void navigate({ search: next, replace: true, resetScroll: false });
  }, [rested, wanted, navigate]);
  useEffect(() => {
    const q = wanted.q ?? "";
    if (q === told.current) return;
    told.current = q;
    setText(q);
  }, [wanted.q]);

  const found = useSearchFor(wanted);
  const isAsked = /\S/.test(wanted.q ?? "");

  function change(next: Wanted): void {
    void navigate({ search: next, replace: true, resetScroll: false });
  }

  function look(query: string): void {
    setText(query);
    told.current = query;
    change({ ...wanted, q: query });
    box.current?.focus();
  }

  /** The results are one line of links for the arrows; above the first is the box. */
  function move(step: 1 | -1): void {
    const links = [...(results.current?.querySelectorAll<HTMLElement>("[data-result]") ?? [])];
    const now = document.activeElement instanceof HTMLElement ? links.indexOf(document.activeElement) : -1;
    const next = now + step;
    if (next < 0) box.current?.focus();
    else links[Math.min(next, links.length - 1)]?.focus();
  }

  useShortcuts([
    {
      keys: "/",
      name: t`Type a search`,
      run: () => {
        box.current?.focus();
        box.current?.select();
      },
    },
    { keys: "ArrowDown", name: t`Next result`, run: () => move(1) },
    { keys: "ArrowUp", name: t`Result before`, run: () => move(-1) },
  ]);

  function onKeyDown(event: React.KeyboardEvent): void {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      move(1);
    } else if (event.key === "Enter") {
      add(text);
      const first = results.current?.querySelector<HTMLElement>("[data-result]");
      if (first && rested === text && !found.isPlaceholderData) first.click();
    } else if (event.key === "Escape" && text) {
      event.preventDefault();
      setText("");
    }
  }

  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-5">
      <h1 className="sr-only">
        <Trans>Search</Trans>
      </h1>
      <search className="flex flex-col gap-4">
        <div className="relative">
          <SearchIcon
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-5 size-6 -translate-y-1/2 text-muted"
          />
          <input
            ref={box}
            // biome-ignore lint/a11y/noAutofocus: whoever opens the search is about to type
            autoFocus={!wanted.q}
            type="search"
            enterKeyHint="search"
            aria-label={t`Search titles and what is said`}
            placeholder={t`A title, a name, or something that was said`}
            autoComplete="off"
            spellCheck={false}
            maxLength={500}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
            className="h-16 w-full rounded-2xl border border-line bg-surface pr-14 pl-14 font-display text-xl shadow-card placeholder:font-sans placeholder:text-base placeholder:text-muted sm:text-2xl sm:placeholder:text-lg [&::-webkit-search-cancel-button]:hidden"
          />
          {text && (
            <IconButton
              label={t`Clear`}
              className="absolute top-3 right-3"
              onClick={() => {
                setText("");
                box.current?.focus();
              }}
            >
              <X />
            </IconButton>
          )}
        </div>
        {isAsked && (
          <div className="flex flex-col items-start gap-3 [&>fieldset]:max-w-full">
            <Segments
              label={t`Where to look`}
              value={wanted.in ?? "all"}
              options={[
                { value: "all", label: t`Everything` },
                { value: "items", label: t`Titles` },
                { value: "passages", label: t`What is said` },
              ]}
              onChange={(where: Where | "all") =>
                change(where === "all" ? without(wanted, "in") : { ...wanted, in: where })
              }
            />
            <Filters wanted={wanted} onChange={change} />
          </div>
        )}
      </search>
      <div ref={results}>
        {!isAsked ? (
          <Recents recents={recents} onLook={look} onClear={clear} />
        ) : found.isError ? (
          <Failed error={found.error} onRetry={() => void found.refetch()} />
        ) : found.data ? (
          <Results
            found={found.data}
            wanted={wanted}
            isOld={found.isPlaceholderData}
            onFollow={() => add(wanted.q ?? "")}
            onChange={change}
          />
        ) : (
          <Loading />
        )}
      </div>
    </div>
  );
}

type ResultsProps = {
  found: Found;
  wanted: Wanted;
  isOld: boolean;
  onFollow: () => void;
  onChange: (wanted: Wanted) => void;
};

function Results({ found, wanted, isOld, onFollow, onChange }: ResultsProps) {
  const { items, recordings } = found;
  const places = recordings.reduce((sum, one) => sum + one.count, 0);
  const isNothing = items.length === 0 && recordings.length === 0;
  return (
    <div className={cn("flex flex-col gap-5 transition-opacity", isOld && "opacity-60")} aria-busy={isOld}>
      <p role="status" className="sr-only">
        <Plural value={items.length} one="One title" other="# titles" />
        {", "}
        <Plural value={places} one="one place in your recordings" other="# places in your recordings" />
      </p>
      {isNothing ? (
        <Nothing wanted={wanted} onChange={onChange} />
      ) : (
        <>
          {isGuess(found, wanted.q ?? "") && (
            <p className="rounded-xl bg-sunken px-4 py-2.5 text-sm">
              <Trans>Nothing has exactly “{wanted.q}” in it. These come closest.</Trans>
            </p>
          )}
          <div
            className={cn(
              "grid items-start gap-8",
              items.length > 0 &&
                recordings.length > 0 &&
                "xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] xl:gap-10",
            )}
          >
            {items.length > 0 && (
              <section aria-labelledby="found-titles" className="min-w-0">
                <h2 id="found-titles" className="mb-2 px-2.5 text-sm font-semibold text-muted">
                  <Plural value={items.length} one="One title" other="# titles" />
                </h2>
                <ul className={cn("grid gap-1", recordings.length === 0 && "lg:grid-cols-2 lg:gap-x-6")}>
                  {items.map((hit) => (
                    <li key={hit.item.id} className="min-w-0">
                      <ItemHit hit={hit} onFollow={onFollow} />
                    </li>
                  ))}
                </ul>
              </section>
            )}
            {recordings.length > 0 && (
              <section aria-labelledby="found-said" className="min-w-0">
                <h2 id="found-said" className="mb-3 text-sm font-semibold text-muted">
                  <Plural value={places} one="Said in one place" other="Said in # places" />
                </h2>
                <ul className="flex flex-col gap-4">
                  {recordings.map((hit) => (
                    <li key={hit.media_id}>
                      <RecordingHit hit={hit} onFollow={onFollow} />
                    </li>
                  ))}
                </ul>
              </section>
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** Whether nothing that was found has a word of the query in its title, its people or its text: a typing error, mostly. */
function isGuess({ items, recordings }: Found, query: string): boolean {
  const plain = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain(query).match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  if (
    words.length === 0 ||
    recordings.some((one) => one.passages.some(({ highlights }) => highlights.length > 0))
  )
    return false;
  return !items.some(({ item }) => {
    const text = plain(
      [
        item.title,
        item.original_title,
        item.series_title,
        item.description,
        ...(item.genres ?? []),
        ...(item.credits ?? []).map(({ name }) => name),
      ].join(" "),
    );
    return words.some((word) => text.includes(word));
  });
}

function Nothing({ wanted, onChange }: { wanted: Wanted; onChange: (wanted: Wanted) => void }) {
  const { t } = useLingui();
  const isNarrow = hasFilters(wanted) || wanted.in !== undefined;
  return (
    <Empty
      icon={<SearchX />}
      title={t`Nothing found for “${wanted.q ?? ""}”`}
      action={
        <>
          {isNarrow && (
            <Button look="primary" onClick={() => onChange({ ...(wanted.q ? { q: wanted.q } : {}) })}>
              <X aria-hidden />
              <Trans>Search without filters</Trans>
            </Button>
          )}
          <Button asChild>
            <Link to="/ask">
              <MessageCircleQuestion aria-hidden />
              <Trans>Ask your recordings</Trans>
            </Link>
          </Button>
        </>
      }
    >
      {isNarrow ? (
        <Trans>The filters leave nothing. There may be more without them.</Trans>
      ) : (
        <Trans>
          Try fewer words, a name, or what it is about. A word with a minus before it is left out, a “phrase
          in quotes” stands as it is.
        </Trans>
      )}
    </Empty>
  );
}

type RecentsProps = { recents: readonly string[]; onLook: (query: string) => void; onClear: () => void };

function Recents({ recents, onLook, onClear }: RecentsProps) {
  const { t } = useLingui();
  if (recents.length === 0) {
    return (
      <Empty icon={<SearchIcon />} title={t`Titles, names, and every minute`}>
        <Trans>
          A title with a typo, who plays in it, what it is about, or a sentence you remember from a recording:
          it leads to the second at which it is said.
        </Trans>
      </Empty>
    );
  }
  return (
    <section aria-labelledby="recent-searches" className="mx-auto max-w-2xl pt-4">
      <div className="mb-2 flex items-center justify-between">
        <h2 id="recent-searches" className="text-sm font-semibold text-muted">
          <Trans>Lately, on this device</Trans>
        </h2>
        <Button size="small" look="quiet" onClick={onClear}>
          <Trans>Forget them</Trans>
        </Button>
      </div>
      <ul className="flex flex-col">
        {recents.map((query) => (
          <li key={query}>
            <button
              type="button"
              data-result
              onClick={() => onLook(query)}
              className="flex w-full items-center gap-3 rounded-xl px-3 py-2.5 text-left hover:bg-surface focus-visible:bg-surface"
            >
              <Clock aria-hidden className="size-4 shrink-0 text-muted" />
              <span className="truncate">{query}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Loading() {
  return (
    <div className="grid gap-8 xl:grid-cols-2 xl:gap-10">
      <div className="flex flex-col gap-4 pt-7">
        {["a", "b", "c", "d"].map((key) => (
          <div key={key} className="flex gap-4 p-2.5">
            <Skeleton className="aspect-2/3 w-18 rounded-card" />
            <div className="flex grow flex-col gap-2 pt-1">
              <Skeleton className="h-5 w-1/2" />
              <Skeleton className="h-4 w-1/3" />
              <Skeleton className="h-4 w-5/6" />
            </div>
          </div>
        ))}
      </div>
      <div className="flex flex-col gap-4 pt-8">
        <Skeleton className="h-52 rounded-2xl" />
        <Skeleton className="h-36 rounded-2xl" />
      </div>
    </div>
  );
}
