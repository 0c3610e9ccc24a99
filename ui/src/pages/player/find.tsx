/** Finding words inside a recording: how often they are said, and from one to the next. */
import { useLingui } from "@lingui/react/macro";
import { ChevronDown, ChevronUp, Search, X } from "lucide-react";
import type { RefObject } from "react";
import { IconButton } from "@/kit/button";
import { number } from "@/kit/words";

type FindProps = {
  field: RefObject<HTMLInputElement | null>;
  wanted: string;
  onWant: (wanted: string) => void;
  /** How many lines say it, and which of them one is at. */
  count: number;
  at: number;
  onMove: (by: 1 | -1) => void;
};

export function Find({ field, wanted, onWant, count, at, onMove }: FindProps) {
  const { t } = useLingui();
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === "Enter") onMove(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && wanted) onWant("");
    else if (event.key === "Escape") field.current?.blur();
    else return;
    event.preventDefault();
  };
  return (
    <search className="flex h-9 min-w-0 grow items-center gap-1 rounded-xl border border-line bg-surface pr-1 pl-3 focus-within:border-strong-line sm:max-w-sm">
      <Search aria-hidden className="size-4 shrink-0 text-muted" />
      <input
        ref={field}
        type="text"
        inputMode="search"
        aria-label={t`Find in what is said`}
        placeholder={t`Find in what is said`}
        value={wanted}
        onChange={(event) => onWant(event.target.value)}
        onKeyDown={onKeyDown}
        className="h-full min-w-0 grow bg-transparent px-1.5 text-base outline-none placeholder:text-muted sm:text-sm"
      />
      {wanted.trim() && (
        <>
          <span aria-live="polite" className="tabular text-xs whitespace-nowrap text-muted">
            {count === 0 ? t`not said` : t`${number(at + 1)} of ${number(count)}`}
          </span>
          <IconButton
            label={t`The one before`}
            size="small"
            disabled={count === 0}
            onClick={() => onMove(-1)}
            className="size-7"
          >
            <ChevronUp />
          </IconButton>
          <IconButton
            label={t`The next`}
            size="small"
            disabled={count === 0}
            onClick={() => onMove(1)}
            className="size-7"
          >
            <ChevronDown />
          </IconButton>
          <IconButton label={t`Find nothing`} size="small" onClick={() => onWant("")} className="size-7">
            <X />
          </IconButton>
        </>
      )}
    </search>
  );
}
