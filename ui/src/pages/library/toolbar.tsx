/** What stays in sight above the shelf: the search, the order, the shape, saved views and the way to the filters. */
import { useLingui } from "@lingui/react/macro";
import {
  ArrowDownWideNarrow,
  ArrowUpNarrowWide,
  CalendarDays,
  LayoutGrid,
  List,
  Search,
  SlidersHorizontal,
  SquareCheckBig,
  X,
} from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Button, IconButton } from "@/kit/button";
import { Choice, Segments } from "@/kit/field";
import { number } from "@/kit/words";
import { SORT_NAMES } from "./names";
import { SavedViews } from "./saved-views";
import { directionOf, filterCount, type LibrarySearch, orderOf, type Shape, SORTS } from "./search";

/** Between two letters of somebody who types. */
const TYPES_MS = 90;

type ToolbarProps = {
  search: LibrarySearch;
  onChange: (search: LibrarySearch, isSmall?: boolean) => void;
  searchField: RefObject<HTMLInputElement | null>;
  isChoosing: boolean;
  onChoosing: (is: boolean) => void;
  onFilters: () => void;
};

export function Toolbar({ search, onChange, searchField, isChoosing, onChoosing, onFilters }: ToolbarProps) {
  const { t } = useLingui();
  const shape: Shape = search.view ?? "grid";
  const order = orderOf(search);
  const isFalling = directionOf(search) === "falling";
  const count = filterCount(search);
  return (
    <div className="sticky top-14 z-20 -mx-4 flex flex-wrap items-center gap-2 bg-paper/95 px-4 py-3 backdrop-blur sm:-mx-6 sm:px-6 lg:top-0 lg:-mx-10 lg:px-10">
      <SearchField search={search} onChange={onChange} field={searchField} />
      <Button
        onClick={onFilters}
        className="px-3 sm:px-4 xl:hidden"
        aria-haspopup="dialog"
        aria-label={t`Filters`}
      >
        <SlidersHorizontal aria-hidden />
        <span className="hidden sm:inline">{t`Filters`}</span>
        {count > 0 && (
          <span className="grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1 text-xs text-on-accent tabular">
            {number(count)}
          </span>
        )}
      </Button>
      <SavedViews search={search} onOpen={onChange} />
      {shape !== "timeline" && (
        <div className="flex items-center gap-1">
          <Choice
            label={t`Order`}
            hideLabel
            value={order}
            options={SORTS.filter((sort) => sort !== "relevance" || search.q).map((sort) => ({
              value: sort,
              label: t(SORT_NAMES[sort]),
            }))}
            onChange={(sort) => {
              const { dir: _, ...rest } = search;
              onChange({ ...rest, sort });
            }}
            className="w-30"
          />
          {order !== "relevance" && (
            <IconButton
              label={isFalling ? t`Largest first; turn round` : t`Smallest first; turn round`}
              onClick={() => onChange({ ...search, dir: isFalling ? "rising" : "falling" })}
            >
              {isFalling ? <ArrowDownWideNarrow /> : <ArrowUpNarrowWide />}
            </IconButton>
          )}
        </div>
      )}
      <div className="ml-auto flex items-center gap-2">
        <Segments
          label={t`Shape`}
          value={shape}
          options={[
            { value: "grid", label: "", icon: <LayoutGrid aria-label={t`Covers`} /> },
            { value: "list", label: "", icon: <List aria-label={t`List`} /> },
            { value: "timeline", label: "", icon: <CalendarDays aria-label={t`Timeline`} /> },
          ]}
          onChange={(view) => {
            const { view: _, ...rest } = search;
            onChange(view === "grid" ? rest : { ...rest, view });
          }}
          className="max-sm:[&_label]:px-2"
        />
        <IconButton label={t`Choose several`} pressed={isChoosing} onClick={() => onChoosing(!isChoosing)}>
          <SquareCheckBig />
        </IconButton>
      </div>
    </div>
  );
}

type SearchFieldProps = {
  search: LibrarySearch;
  onChange: (search: LibrarySearch, isSmall?: boolean) => void;
  field: RefObject<HTMLInputElement | null>;
};

function SearchField({ search, onChange, field }: SearchFieldProps) {
  const { t } = useLingui();
  const said = search.q ?? "";
  const [typed, setTyped] = useState(said);
  const sent = useRef(said);
  // What the address says from elsewhere (back, a saved view) counts; what was typed here is on its way there.
  useEffect(() => {
    if (said === sent.current) return;
    sent.current = said;
    setTyped(said);
  }, [said]);
  const latest = useRef({ search, onChange });
  useEffect(() => {
    latest.current = { search, onChange };
  });
  useEffect(() => {
    if (typed.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed.trim();
      const { q: _, ...rest } = latest.current.search;
      latest.current.onChange(typed.trim() ? { ...rest, q: typed.trim() } : rest, true);
    }, TYPES_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <div className="relative min-w-40 grow basis-40 sm:max-w-96">
      <Search aria-hidden className="pointer-events-none absolute top-3 left-3 size-4 text-muted" />
      <input
        ref={field}
        type="search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (typed) setTyped("");
          else event.currentTarget.blur();
        }}
        aria-label={t`Search your library`}
        placeholder={t`Titles and people`}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        className="h-10 w-full rounded-xl border border-strong-line/60 bg-surface pr-9 pl-9 text-base placeholder:text-muted sm:text-sm [&::-webkit-search-cancel-button]:hidden"
      />
      {typed && (
        <IconButton
          label={t`Clear the search`}
          size="small"
          className="absolute top-1 right-1"
          onClick={() => {
            setTyped("");
            field.current?.focus();
          }}
        >
          <X />
        </IconButton>
      )}
    </div>
  );
}
