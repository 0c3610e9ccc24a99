/** Choosing a thing of the graph by writing the beginning of its name. */
import { useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { ThingView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { LOOKS, type NodeKind } from "./looks";

type ThingPickerProps = {
  label: string;
  placeholder: string;
  /** Only these kinds. */
  kinds?: NodeKind[];
  onPick: (thing: ThingView) => void;
  className?: string;
};

/** A combobox as WAI-ARIA's practices have it: a field, and a list that arrows walk. */
export function ThingPicker({ label, placeholder, kinds, onPick, className }: ThingPickerProps) {
  const { t } = useLingui();
  const id = useId();
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const asked = useDeferredValue(text.trim());
  const { data } = useQuery({
    queryKey: ["graph", "find", asked, kinds],
    queryFn: async ({ signal }) => {
      const query = { name: asked, begins: true, ...(kinds ? { kind: kinds } : {}) };
      return dataOf(await client.GET("/api/graph/find", { params: { query }, signal })).things;
    },
    enabled: asked.length > 0,
    placeholderData: keepPreviousData,
  });
  const things = asked ? (data ?? []).slice(0, 8) : [];
  const pick = (thing: ThingView | undefined) => {
    if (!thing) return;
    onPick(thing);
    setText("");
    setOpen(false);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((now) => (now + step + things.length) % Math.max(1, things.length));
    } else if (event.key === "Enter") pick(things[at]);
    else if (event.key === "Escape") setOpen(false);
  };
  return (
    <div className={cn("relative", className)}>
      <input
        role="combobox"
        aria-label={label}
        aria-expanded={isOpen && things.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={isOpen && things[at] ? `${id}-${at}` : undefined}
        autoComplete="off"
        value={text}
        placeholder={placeholder}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
        onFocus={() => setOpen(true)}
        className="h-10 w-full rounded-xl border border-strong-line/60 bg-surface px-3 text-base placeholder:text-muted sm:text-sm"
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        hidden={!isOpen || asked === ""}
        className="appear absolute inset-x-0 top-full z-40 mt-1.5 max-h-80 overflow-y-auto rounded-xl border border-line bg-raised p-1.5 shadow-high"
      >
        {things.map((thing, index) => {
          const look = LOOKS[thing.kind];
          return (
            // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the field keeps the focus and has the keys
            <div
              key={thing.node}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => pick(thing)}
              onPointerMove={() => setAt(index)}
              className="flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-2 text-sm aria-selected:bg-sunken"
            >
              <look.icon aria-hidden className="size-4 shrink-0" style={{ color: `var(${look.hue})` }} />
              <span className="truncate">{thing.name}</span>
              <span className="ml-auto shrink-0 text-xs text-muted">{t(look.name)}</span>
            </div>
          );
        })}
        {data && things.length === 0 && (
          <p className="px-3 py-3 text-sm text-muted">{t`Nothing you may see has a name that begins so.`}</p>
        )}
      </div>
    </div>
  );
}
