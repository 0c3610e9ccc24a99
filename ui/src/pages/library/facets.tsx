/** What there is to choose from, with how many titles each choice would leave. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Search } from "lucide-react";
import { useState } from "react";
import type { FacetValue, LibraryFacets } from "@/api/schema";
import { cn } from "@/kit/classes";
import { Segments } from "@/kit/field";
import { number } from "@/kit/words";
import { FACET_NAMES, useValueName } from "./names";
import { LIST_FACETS, type LibrarySearch, type ListFacet, toggled } from "./search";

type FacetsProps = {
  search: LibrarySearch;
  facets: LibraryFacets;
  personLike: string;
  onPersonLike: (text: string) => void;
  onChange: (search: LibrarySearch) => void;
};

/** So many values are shown before somebody asks for more. */
const FEW = 6;

export function Facets({ search, facets, personLike, onPersonLike, onChange }: FacetsProps) {
  const { t } = useLingui();
  return (
    <div className="flex flex-col gap-7">
      <Segments
        label={t`Which titles`}
        value={search.scope ?? "mine"}
        options={[
          { value: "mine", label: t`What I met` },
          { value: "all", label: t`With the catalogue` },
        ]}
        onChange={(scope) => {
          const { scope: _, ...rest } = search;
          onChange(scope === "all" ? { ...rest, scope } : rest);
        }}
        className="self-start"
      />
      {LIST_FACETS.slice(0, 2).map((facet) => (
        <Facet key={facet} facet={facet} search={search} values={facets[facet]} onChange={onChange} />
      ))}
      <RatingFacet search={search} values={facets.rating} onChange={onChange} />
      {LIST_FACETS.slice(2).map((facet) => (
        <Facet
          key={facet}
          facet={facet}
          search={search}
          values={facets[facet]}
          onChange={onChange}
          {...(facet === "person" ? { like: personLike, onLike: onPersonLike } : {})}
        />
      ))}
    </div>
  );
}

type FacetProps = {
  facet: ListFacet;
  search: LibrarySearch;
  values: readonly FacetValue[];
  onChange: (search: LibrarySearch) => void;
  /** Words that a name must have, where there are too many to list. */
  like?: string;
  onLike?: (text: string) => void;
};

function Facet({ facet, search, values, onChange, like, onLike }: FacetProps) {
  const { t } = useLingui();
  const [isOpen, setOpen] = useState(false);
  const nameOf = useValueName();
  const chosen: readonly string[] = search[facet] ?? [];
  if (values.length === 0 && chosen.length === 0 && !like) return null;
  const most = Math.max(1, ...values.map((value) => value.count));
  const shown = isOpen ? values : values.filter((value, at) => at < FEW || chosen.includes(value.value));
  const name = t(FACET_NAMES[facet]);
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 text-sm font-semibold">{name}</legend>
      {onLike && (
        <div className="relative mb-1.5">
          <Search aria-hidden className="absolute top-2.5 left-2.5 size-4 text-muted" />
          <input
            type="search"
            value={like}
            onChange={(event) => onLike(event.target.value)}
            aria-label={t`Find people`}
            placeholder={t`Find people`}
            className="h-9 w-full rounded-lg border border-strong-line/60 bg-surface pr-2 pl-8.5 text-base placeholder:text-muted sm:text-sm"
          />
        </div>
      )}
      {shown.map(({ value, count }) => (
        <label
          key={value}
          className="group/value relative -mx-2 flex cursor-pointer items-center gap-2.5 rounded-lg px-2 py-1.25 text-sm hover:bg-sunken has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={() => onChange(toggled(search, facet, value))}
            className="size-4 shrink-0 accent-(--accent) outline-none"
          />
          <span className="min-w-0 grow truncate">{nameOf(facet, value)}</span>
          <span aria-hidden className="h-1 w-10 shrink-0 overflow-hidden rounded-full">
            <span
              className="ml-auto block h-full rounded-full bg-strong-line/50"
              style={{ width: `${Math.max(count ? 6 : 0, (count / most) * 100)}%` }}
            />
          </span>
          <span className="w-12 shrink-0 text-right text-xs text-muted tabular">{number(count)}</span>
        </label>
      ))}
      {like && values.length === 0 && (
        <p className="py-1 text-sm text-muted">
          <Trans>Nobody here is called so.</Trans>
        </p>
      )}
      {values.length > FEW && (
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          className="mt-1 rounded-md text-sm text-muted underline-offset-4 hover:text-ink hover:underline"
        >
          {isOpen ? t`Fewer` : t`All ${number(values.length)}`}
        </button>
      )}
    </fieldset>
  );
}

/** A bar for each half star: one press is that rating, a second one everything between the two. */
function RatingFacet({ search, values, onChange }: Omit<FacetProps, "facet">) {
  const { t } = useLingui();
  const most = Math.max(...values.map((value) => value.count));
  if (most <= 0 && search.from === undefined && search.to === undefined) return null;
  const { from: _from, to: _to, ...rest } = search;
  const isSet = search.from !== undefined || search.to !== undefined;
  const low = search.from ?? 0.5;
  const high = search.to ?? 5;
  const choose = (stars: number) => {
    if (!isSet) onChange({ ...rest, from: stars, to: stars });
    else if (low === high && stars === low) onChange(rest);
    else if (low === high) onChange({ ...rest, from: Math.min(low, stars), to: Math.max(low, stars) });
    else onChange({ ...rest, from: stars, to: stars });
  };
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 flex w-full items-baseline justify-between text-sm font-semibold">
        {t(FACET_NAMES.rating)}
        {isSet && (
          <span className="font-normal text-muted tabular">
            {low === high ? t`${number(low)} stars` : t`${number(low)} to ${number(high)} stars`}
          </span>
        )}
      </legend>
      <div className="flex h-20 items-end gap-1">
        {values.map(({ value, count }) => {
          const stars = Number(value);
          const isIn = isSet && stars >= low && stars <= high;
          return (
            <button
              key={value}
              type="button"
              aria-pressed={isIn}
              aria-label={t`${number(stars)} stars: ${number(count)}`}
              onClick={() => choose(stars)}
              className="group/bar flex h-full grow flex-col justify-end rounded-md"
            >
              <span
                className={cn(
                  "block w-full rounded-t-sm bg-strong-line/45 transition-colors group-hover/bar:bg-star",
                  isIn && "bg-star",
                )}
                style={{ height: `${Math.max(3, (count / Math.max(1, most)) * 100)}%` }}
              />
            </button>
          );
        })}
      </div>
      <div aria-hidden className="mt-1 flex justify-between text-xs text-muted tabular">
        <span>{number(0.5)}</span>
        <span>5</span>
      </div>
    </fieldset>
  );
}
