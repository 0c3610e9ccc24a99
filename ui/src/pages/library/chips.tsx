/** The filters that are set, each to be taken off with one press. */
import { Trans, useLingui } from "@lingui/react/macro";
import { X } from "lucide-react";
import { number } from "@/kit/words";
import { FACET_NAMES, useValueName } from "./names";
import { filterCount, LIST_FACETS, type LibrarySearch, toggled, unfiltered } from "./search";

type ChipsProps = { search: LibrarySearch; onChange: (search: LibrarySearch) => void };

export function Chips({ search, onChange }: ChipsProps) {
  const { t } = useLingui();
  const nameOf = useValueName();
  if (filterCount(search) === 0) return null;
  const { from, to, ...rest } = search;
  const stars =
    from === to || from === undefined || to === undefined
      ? t`${number(from ?? to ?? 0)} stars`
      : t`${number(from)} to ${number(to)} stars`;
  return (
    <ul aria-label={t`Filters`} className="flex flex-wrap items-center gap-2">
      {LIST_FACETS.flatMap((facet) =>
        (search[facet] ?? []).map((value) => (
          <li key={`${facet} ${value}`}>
            <Chip
              facet={t(FACET_NAMES[facet])}
              name={nameOf(facet, value)}
              onRemove={() => onChange(toggled(search, facet, value))}
            />
          </li>
        )),
      )}
      {(from !== undefined || to !== undefined) && (
        <li>
          <Chip facet={t(FACET_NAMES.rating)} name={stars} onRemove={() => onChange(rest)} />
        </li>
      )}
      <li>
        <button
          type="button"
          onClick={() => onChange(unfiltered(search))}
          className="rounded-md px-1 text-sm text-muted underline-offset-4 hover:text-ink hover:underline"
        >
          <Trans>Clear all</Trans>
        </button>
      </li>
    </ul>
  );
}

function Chip({ facet, name, onRemove }: { facet: string; name: string; onRemove: () => void }) {
  const { t } = useLingui();
  return (
    <button
      type="button"
      aria-label={t`Take off ${facet}: ${name}`}
      onClick={onRemove}
      className="inline-flex h-8 max-w-60 items-center gap-1.5 rounded-full bg-accent-soft pr-2 pl-3 text-sm hover:brightness-95 dark:hover:brightness-125"
    >
      <span className="truncate">{name}</span>
      <X aria-hidden className="size-3.5 shrink-0 text-muted" />
    </button>
  );
}
