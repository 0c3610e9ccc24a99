/** Which recordings are listed: words of the title, what stands how, a tag, where they came from. */
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Search, X } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";
import { Button } from "@/kit/button";
import { Choice, Field } from "@/kit/field";
import { type Filter, type Origin, type Standing, tagsQuery } from "./queries";

const ANY = "any";
/** Between the last key and the question, in milliseconds. */
const PATIENCE = 200;

export function Filters({
  filter,
  onChange,
  searchBox,
}: {
  filter: Filter;
  onChange: (filter: Filter) => void;
  searchBox: RefObject<HTMLInputElement | null>;
}) {
  const { t } = useLingui();
  const tags = useQuery(tagsQuery);
  const names = (tags.data ?? []).map((tag) => tag.name);
  const listed = filter.tag && !names.includes(filter.tag) ? [filter.tag, ...names] : names;
  const set = (changes: { [Name in keyof Filter]?: Filter[Name] | undefined }) => {
    const merged = Object.entries({ ...filter, ...changes }).filter(([, value]) => value !== undefined);
    onChange(Object.fromEntries(merged) as Filter);
  };
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <search className="flex flex-wrap items-center gap-2" aria-label={t`Filter your recordings`}>
      <Words value={filter.q ?? ""} onChange={(q) => set({ q: q || undefined })} searchBox={searchBox} />
      <div className="-m-1 flex max-w-full gap-2 overflow-x-auto p-1 max-sm:w-full">
        <Choice
          label={t`State`}
          hideLabel
          value={filter.standing ?? ANY}
          options={[
            { value: ANY, label: t`In any state` },
            { value: "working", label: t`Being worked on` },
            { value: "ready", label: t`Ready` },
            { value: "failed", label: t`Failed` },
          ]}
          onChange={(chosen) => set({ standing: chosen === ANY ? undefined : (chosen as Standing) })}
          className="min-w-38 shrink-0"
        />
        <Choice
          label={t`Came as`}
          hideLabel
          value={filter.origin ?? ANY}
          options={[
            { value: ANY, label: t`From anywhere` },
            { value: "link", label: t`Links` },
            { value: "file", label: t`Files` },
            { value: "recording", label: t`Microphone` },
            { value: "folder", label: t`Watched folders` },
          ]}
          onChange={(chosen) => set({ origin: chosen === ANY ? undefined : (chosen as Origin) })}
          className="min-w-38 shrink-0"
        />
        {listed.length > 0 && (
          <Choice
            label={t`Tag`}
            hideLabel
            value={filter.tag ?? ANY}
            options={[
              { value: ANY, label: t`Any tag` },
              ...listed.map((name) => ({ value: name, label: name })),
            ]}
            onChange={(chosen) => set({ tag: chosen === ANY ? undefined : chosen })}
            className="min-w-32 shrink-0"
          />
        )}
      </div>
      {isFiltered && (
        <Button look="quiet" onClick={() => onChange({})}>
          <X aria-hidden />
          {t`Show all`}
        </Button>
      )}
    </search>
  );
}

/** The words are asked for when somebody stops typing. */
function Words({
  value,
  onChange,
  searchBox,
}: {
  value: string;
  onChange: (value: string) => void;
  searchBox: RefObject<HTMLInputElement | null>;
}) {
  const { t } = useLingui();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed starts the clock
  useEffect(() => {
    if (text.trim() === value) return;
    const soon = window.setTimeout(() => onChange(text.trim()), PATIENCE);
    return () => window.clearTimeout(soon);
  }, [text]);
  return (
    <div className="relative min-w-52 grow">
      <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-5 text-muted" />
      <Field
        label={t`Words of the title`}
        hideLabel
        ref={searchBox}
        type="search"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        placeholder={t`Words of the title`}
        className="[&_input]:pl-10"
      />
    </div>
  );
}
