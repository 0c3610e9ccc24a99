/** Library: everything somebody has met, as covers, a list or a timeline; narrowed, searched, and changed many at a time. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link, useNavigate } from "@tanstack/react-router";
import { FileUp, LibraryBig, SearchX } from "lucide-react";
import { useCallback, useDeferredValue, useRef, useState } from "react";
import type { CardView, LibraryView } from "@/api/schema";
import { useMe } from "@/api/session";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Dialog, DialogClose } from "@/kit/overlay";
import { useShortcuts } from "@/kit/shortcuts";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { number } from "@/kit/words";
import { BulkBar, useChangeChosen } from "./bulk";
import { Chips } from "./chips";
import { useAskAhead, useHead } from "./data";
import { Facets } from "./facets";
import { useCardKeys } from "./keys";
import { libraryRoute } from "./routes";
import { filterCount, type LibrarySearch, unfiltered } from "./search";
import { useSelection } from "./selection";
import { Shelf } from "./shelf";
import { Toolbar } from "./toolbar";

export default function Library() {
  const { t } = useLingui();
  useTitle(t`Library`);
  const navigate = useNavigate();
  const search = libraryRoute.useSearch();
  const searchField = useRef<HTMLInputElement>(null);
  const [isFiltering, setFiltering] = useState(false);
  const [personLike, setPersonLike] = useState("");
  const { data: head, error, isPlaceholderData, refetch } = useHead(search, useDeferredValue(personLike));
  const listKey = JSON.stringify({ ...search, view: undefined });
  const selection = useSelection(search, listKey, head?.total ?? 0);
  const changeChosen = useChangeChosen(search, selection);
  const active = useRef<{ index: number; card: CardView | undefined }>({ index: 0, card: undefined });
  const onActive = useCallback((index: number, card: CardView | undefined) => {
    active.current = { index, card };
  }, []);
  const hint = useCardKeys(active, selection, changeChosen);
  useShortcuts([{ keys: "/", name: t`Search the library`, run: () => searchField.current?.select() }]);

  const askAhead = useAskAhead();
  const show = (next: LibrarySearch, isSmall = false) => {
    if (!personLike) askAhead(next);
    void navigate({ to: "/library", search: next, replace: isSmall, resetScroll: false });
  };
  const facets = head?.facets && (
    <Facets
      search={search}
      facets={head.facets}
      personLike={personLike}
      onPersonLike={setPersonLike}
      onChange={(next) => show(next)}
    />
  );
  return (
    <div className="xl:grid xl:grid-cols-[minmax(0,1fr)_16rem] xl:gap-14">
      <div className="min-w-0">
        <header className="flex items-baseline gap-3">
          <h1 className="text-3xl font-semibold">
            <Trans>Library</Trans>
          </h1>
          <Count head={head} />
        </header>
        <Toolbar
          search={search}
          onChange={show}
          searchField={searchField}
          isChoosing={selection.isChoosing}
          onChoosing={(is) => (is ? selection.setChoosing(true) : selection.clear())}
          onFilters={() => setFiltering(true)}
        />
        <Chips search={search} onChange={(next) => show(next)} />
        <div className={cn("mt-4 transition-opacity", isPlaceholderData && "opacity-60")}>
          {error && !head ? (
            <Failed error={error} onRetry={() => void refetch()} className="my-16" />
          ) : !head ? (
            <Waiting isList={search.view === "list"} />
          ) : head.total === 0 ? (
            <Nothing head={head} search={search} onChange={show} />
          ) : (
            <Shelf
              search={search}
              listKey={listKey}
              shape={search.view === "timeline" && !head.months ? "grid" : (search.view ?? "grid")}
              head={head}
              selection={selection}
              onActive={onActive}
            />
          )}
        </div>
      </div>
      <aside aria-label={t`Filters`} className="hidden xl:block">
        <div className="sticky top-8 -mr-3 max-h-[calc(100dvh-4rem)] overflow-y-auto pr-3 pb-8 pl-2">
          {facets ?? <WaitingFacets />}
        </div>
      </aside>
      <Dialog title={t`Filters`} shape="side" open={isFiltering} onOpenChange={setFiltering}>
        {facets ?? <WaitingFacets />}
        <div className="sticky -bottom-5 z-10 -mx-5 mt-auto -mb-5 bg-raised px-5 py-4 sm:-bottom-6 sm:-mx-6 sm:-mb-6 sm:px-6">
          <DialogClose asChild>
            <Button look="primary" className="w-full">
              <Plural value={head?.total ?? 0} one="Show # title" other="Show # titles" />
            </Button>
          </DialogClose>
        </div>
      </Dialog>
      <BulkBar selection={selection} total={head?.total ?? 0} change={changeChosen} />
      {hint}
    </div>
  );
}

function Count({ head }: { head: LibraryView | undefined }) {
  if (!head) return <Skeleton className="h-5 w-20" />;
  const { total, everything } = head;
  return (
    <p aria-live="polite" className="text-muted tabular">
      {total < everything ? (
        <Trans>
          {number(total)} of {number(everything)}
        </Trans>
      ) : (
        number(total)
      )}
    </p>
  );
}

type NothingProps = {
  head: LibraryView;
  search: LibrarySearch;
  onChange: (search: LibrarySearch) => void;
};

function Nothing({ head, search, onChange }: NothingProps) {
  const { t } = useLingui();
  if (head.everything === 0 && search.scope !== "all") {
    return (
      <Empty
        icon={<LibraryBig />}
        title={t`Your library begins with what you have seen`}
        action={
          <>
            <Button look="primary" asChild>
              <Link to="/import">
                <FileUp aria-hidden />
                <Trans>Import a history</Trans>
              </Link>
            </Button>
            <Button onClick={() => onChange({ scope: "all" })}>
              <Trans>Look at the catalogue</Trans>
            </Button>
          </>
        }
      >
        <Trans>
          Bring in what Netflix, YouTube, Goodreads and others know of you; or look through the catalogue and
          mark what you know.
        </Trans>
      </Empty>
    );
  }
  const isNarrowed = filterCount(search) > 0;
  if (!isNarrowed && !search.q) return <NoCatalogue />;
  return (
    <Empty
      icon={<SearchX />}
      title={search.q ? t`Nothing is called “${search.q}”` : t`Nothing is left with these filters`}
      action={
        <>
          {isNarrowed && (
            <Button
              look="primary"
              onClick={() => onChange({ ...unfiltered(search), ...(search.q ? { q: search.q } : {}) })}
            >
              <Trans>Clear the filters</Trans>
            </Button>
          )}
          {search.scope !== "all" && (
            <Button onClick={() => onChange({ ...search, scope: "all" })}>
              <Trans>Look in the catalogue too</Trans>
            </Button>
          )}
        </>
      }
    >
      {isNarrowed ? (
        <Trans>Take a filter off, or clear all of them.</Trans>
      ) : (
        <Trans>Slips are forgiven. Try fewer words, or another name.</Trans>
      )}
    </Empty>
  );
}

/** Neither a history nor a catalogue: only who looks after the library can bring the one that comes along. */
function NoCatalogue() {
  const { t } = useLingui();
  const isKeeper = useMe().role === "admin";
  return (
    <Empty
      icon={<LibraryBig />}
      title={t`The catalogue is empty`}
      action={
        isKeeper && (
          <Button look="primary" asChild>
            <Link to="/settings/$section" params={{ section: "sources" }}>
              <Trans>Fill the catalogue</Trans>
            </Link>
          </Button>
        )
      }
    >
      {isKeeper ? (
        <Trans>
          A starter catalogue of well-known titles comes along; its works are here within a minute.
        </Trans>
      ) : (
        <Trans>Whoever looks after this library can fill it. A history of your own needs no catalogue.</Trans>
      )}
    </Empty>
  );
}

function Waiting({ isList }: { isList: boolean }) {
  if (isList) {
    return (
      <div className="flex flex-col gap-2">
        {Array.from({ length: 12 }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
          <Skeleton key={at} className="h-16 w-full rounded-xl" />
        ))}
      </div>
    );
  }
  return (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(98px,1fr))] gap-3 min-[620px]:grid-cols-[repeat(auto-fill,minmax(132px,1fr))] min-[620px]:gap-5">
      {Array.from({ length: 24 }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div key={at}>
          <Skeleton className="aspect-2/3 rounded-card" />
          <Skeleton className="mt-2.5 mb-8 h-3.5 w-4/5" />
        </div>
      ))}
    </div>
  );
}

function WaitingFacets() {
  return (
    <div className="flex flex-col gap-3">
      {Array.from({ length: 14 }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <Skeleton key={at} className="h-5 w-full" />
      ))}
    </div>
  );
}
