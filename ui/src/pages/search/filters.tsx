/** The filters of a search: each a button that says what is chosen, and opens what there is to choose. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Check, ChevronDown, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Field } from "@/kit/field";
import { KIND_PLURALS, type Kind } from "@/kit/kinds";
import { Popover } from "@/kit/overlay";
import { language, list, number, shortDay } from "@/kit/words";
import { type Offer, useOffers } from "./queries";
import { hasFilters, type Wanted, without } from "./wanted";

type FiltersProps = { wanted: Wanted; onChange: (wanted: Wanted) => void };

/** Longer lists are typed for, not scrolled through. */
const MOST_OFFERED = 24;

export function Filters({ wanted, onChange }: FiltersProps) {
  const { t } = useLingui();
  const offers = useOffers(wanted);

  function many<T extends string>(name: "kind" | "genre" | "speaker" | "tag", values: readonly T[]): void {
    onChange(values.length > 0 ? { ...wanted, [name]: values } : without(wanted, name));
  }

  const ofItems = wanted.in !== "passages";
  const ofPassages = wanted.in !== "items";
  return (
    <fieldset
      aria-label={t`Filters`}
      className="-mx-4 flex min-w-0 items-center gap-2 overflow-x-auto px-4 py-1 [scrollbar-width:none] sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0"
    >
      <Many
        label={t`Kind`}
        offers={offers.kinds}
        chosen={wanted.kind ?? []}
        name={(kind) => t(KIND_PLURALS[kind])}
        onChange={(values) => many<Kind>("kind", values)}
      />
      {ofItems && (
        <>
          <Many
            label={t`Genre`}
            offers={offers.genres}
            chosen={wanted.genre ?? []}
            onChange={(values) => many("genre", values)}
          />
          <Years wanted={wanted} onChange={onChange} />
          <Many
            label={t`Language`}
            offers={offers.languages}
            chosen={wanted.language ? [wanted.language] : []}
            name={language}
            isSingle
            onChange={([code]) =>
              onChange(code ? { ...wanted, language: code } : without(wanted, "language"))
            }
          />
          <Many<"yes" | "no">
            label={t`Seen`}
            offers={[
              { value: "yes", count: 0 },
              { value: "no", count: 0 },
            ]}
            chosen={wanted.seen === undefined ? [] : [wanted.seen ? "yes" : "no"]}
            name={(value) => (value === "yes" ? t`Seen, read or heard` : t`Not yet`)}
            isSingle
            onChange={([value]) =>
              onChange(value ? { ...wanted, seen: value === "yes" } : without(wanted, "seen"))
            }
          />
        </>
      )}
      {ofPassages && (
        <>
          <Many
            label={t`Speaker`}
            offers={offers.speakers}
            chosen={wanted.speaker ?? []}
            onChange={(values) => many("speaker", values)}
          />
          <Many
            label={t`Tag`}
            offers={offers.tags}
            chosen={wanted.tag ?? []}
            onChange={(values) => many("tag", values)}
          />
          <Added wanted={wanted} onChange={onChange} />
        </>
      )}
      {hasFilters(wanted) && (
        <Button
          size="small"
          look="quiet"
          onClick={() =>
            onChange({ ...(wanted.q ? { q: wanted.q } : {}), ...(wanted.in ? { in: wanted.in } : {}) })
          }
        >
          <X aria-hidden />
          <Trans>Clear filters</Trans>
        </Button>
      )}
    </fieldset>
  );
}

type ChipProps = {
  label: string;
  /** What is chosen, in words. */
  said: string;
  /** There is nothing to choose: its place is kept, so that the others stay where they are. */
  isEmpty?: boolean;
  children: ReactNode;
};

function Chip({ label, said, isEmpty, children }: ChipProps) {
  return (
    <Popover
      label={label}
      align="start"
      className="w-64 p-2"
      trigger={
        <Button
          size="small"
          disabled={isEmpty}
          className={cn("max-w-64 rounded-full", said && "border-accent bg-accent-soft hover:bg-accent-soft")}
        >
          <span className={cn(said && "sr-only")}>{label}</span>
          {said && <span className="truncate">{said}</span>}
          <ChevronDown aria-hidden className="opacity-60" />
        </Button>
      }
    >
      {children}
    </Popover>
  );
}

type ManyProps<T extends string> = {
  label: string;
  offers: readonly Offer<T>[];
  chosen: readonly T[];
  name?: (value: T) => string;
  isSingle?: boolean;
  onChange: (values: T[]) => void;
};

function Many<T extends string>({ label, offers, chosen, name = String, isSingle, onChange }: ManyProps<T>) {
  // What is chosen stays on offer, also where nothing is found by it any more.
  const there = offers.slice(0, MOST_OFFERED);
  const shown = [
    ...there,
    ...chosen
      .filter((value) => !there.some((one) => one.value === value))
      .map((value) => ({ value, count: 0 })),
  ];
  return (
    <Chip label={label} said={list(chosen.map(name))} isEmpty={shown.length === 0}>
      <ul aria-label={label} className="flex flex-col">
        {shown.map(({ value, count }) => {
          const isChosen = chosen.includes(value);
          return (
            <li key={value}>
              <button
                type="button"
                aria-pressed={isChosen}
                onClick={() => {
                  const others = isSingle ? [] : chosen.filter((one) => one !== value);
                  onChange(isChosen ? others : [...others, value]);
                }}
                className="flex w-full items-center gap-2 rounded-lg px-2 py-1.5 text-left hover:bg-sunken"
              >
                <Check aria-hidden className={cn("size-4 shrink-0 text-accent", !isChosen && "invisible")} />
                <span className="grow truncate">{name(value)}</span>
                {count > 0 && <span className="text-muted tabular">{number(count)}</span>}
              </button>
            </li>
          );
        })}
      </ul>
    </Chip>
  );
}

function Years({ wanted, onChange }: FiltersProps) {
  const { t } = useLingui();
  const { year_from: from, year_to: to } = wanted;
  const said =
    from && to ? `${from}–${to}` : from ? t`since ${String(from)}` : to ? t`until ${String(to)}` : "";
  const set = (name: "year_from" | "year_to", text: string) => {
    const year = Number(text);
    onChange(
      Number.isInteger(year) && year >= 1000 && year <= 2200
        ? { ...wanted, [name]: year }
        : without(wanted, name),
    );
  };
  return (
    <Chip label={t`Year`} said={said}>
      <div className="grid grid-cols-2 gap-2 p-1">
        <Field
          label={t`From`}
          type="number"
          inputMode="numeric"
          min={1000}
          max={2200}
          defaultValue={from}
          onChange={(event) => set("year_from", event.target.value)}
        />
        <Field
          label={t`To`}
          type="number"
          inputMode="numeric"
          min={1000}
          max={2200}
          defaultValue={to}
          onChange={(event) => set("year_to", event.target.value)}
        />
      </div>
    </Chip>
  );
}

function Added({ wanted, onChange }: FiltersProps) {
  const { t } = useLingui();
  const { since, until } = wanted;
  const said =
    since && until
      ? `${shortDay(`${since}T12:00`)} – ${shortDay(`${until}T12:00`)}`
      : since
        ? t`since ${shortDay(`${since}T12:00`)}`
        : until
          ? t`until ${shortDay(`${until}T12:00`)}`
          : "";
  const set = (name: "since" | "until", day: string) =>
    onChange(day ? { ...wanted, [name]: day } : without(wanted, name));
  return (
    <Chip label={t`Added`} said={said}>
      <div className="flex flex-col gap-3 p-1">
        <Field
          label={t`Added since`}
          type="date"
          value={since ?? ""}
          onChange={(event) => set("since", event.target.value)}
        />
        <Field
          label={t`Added until`}
          type="date"
          value={until ?? ""}
          onChange={(event) => set("until", event.target.value)}
        />
      </div>
    </Chip>
  );
}
