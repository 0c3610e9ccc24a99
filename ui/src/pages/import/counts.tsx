/** What of a file does not become part of the library, and why; and from when to when it tells. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import type { RejectedRow } from "@/api/schema";
import { number } from "@/kit/words";

/** "2021–2026", or the one year. */
export function Span({ from, to }: { from: string; to: string }) {
  const [first, last] = [from.slice(0, 4), to.slice(0, 4)];
  return <span className="tabular">{first === last ? first : `${first}–${last}`}</span>;
}

type LeftOutProps = {
  skipped: Readonly<Record<string, number>>;
  rejected: number;
  rows: readonly RejectedRow[];
  /** What can be done about the rows that cannot be read. */
  action?: ReactNode;
};

export function LeftOut({ skipped, rejected, rows, action }: LeftOutProps) {
  const { t } = useLingui();
  const reasons = Object.entries(skipped).toSorted(([, one], [, other]) => other - one);
  const left = reasons.reduce((sum, [, count]) => sum + count, 0);
  if (left === 0 && rejected === 0) return null;
  return (
    <div className="flex flex-col gap-1">
      {left > 0 && (
        <Fold
          title={
            <Plural
              value={left}
              one="One row is left out on purpose"
              other={`${number(left)} rows are left out on purpose`}
            />
          }
        >
          <ul className="flex flex-col gap-1">
            {reasons.map(([why, count]) => (
              <li key={why} className="flex gap-3">
                <span className="w-12 shrink-0 text-right font-medium tabular">{number(count)}</span>
                <span className="text-muted wrap-anywhere">{why}</span>
              </li>
            ))}
          </ul>
        </Fold>
      )}
      {rejected > 0 && (
        <Fold
          title={
            <Plural
              value={rejected}
              one="One row cannot be read"
              other={`${number(rejected)} rows cannot be read`}
            />
          }
        >
          <div className="flex flex-col gap-3">
            <section
              aria-label={t`Rows that cannot be read`}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
              tabIndex={0}
              className="max-h-60 overflow-y-auto rounded-lg"
            >
              <ul className="flex flex-col gap-1.5">
                {rows.map((row) => (
                  <li key={row.where} className="grid gap-x-3 sm:grid-cols-[minmax(0,14rem)_minmax(0,1fr)]">
                    <span className="truncate font-mono text-xs leading-5" title={row.where}>
                      {row.where}
                    </span>
                    <span className="text-muted wrap-anywhere">{row.why}</span>
                  </li>
                ))}
              </ul>
              {rows.length < rejected && (
                <p className="mt-2 text-muted">
                  <Trans>and {number(rejected - rows.length)} more</Trans>
                </p>
              )}
            </section>
            {action}
          </div>
        </Fold>
      )}
    </div>
  );
}

function Fold({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <details className="group text-sm">
      <summary className="flex cursor-pointer list-none items-center gap-1.5 rounded-lg py-1 text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
        {title}
      </summary>
      <div className="pt-1 pb-2 pl-5.5">{children}</div>
    </details>
  );
}
