/** The frame of a chart: what it shows, one true sentence about it, the picture, and the same as a table. */
import { Trans } from "@lingui/react/macro";
import { Table2 } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { cn } from "@/kit/classes";

export type Table = { head: readonly string[]; rows: readonly (readonly (string | number)[])[] };

type ChartProps = {
  title: string;
  /** What is to be seen in it. */
  says?: ReactNode;
  table: Table;
  className?: string;
  children: ReactNode;
};

export function Chart({ title, says, table, className, children }: ChartProps) {
  const id = useId();
  const [isTable, setTable] = useState(false);
  return (
    <section
      aria-labelledby={id}
      className={cn(
        "flex min-w-0 flex-col gap-4 rounded-3xl border border-line bg-surface p-5 sm:p-6",
        className,
      )}
    >
      <header className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 id={id} className="text-lg font-semibold sm:text-xl">
            {title}
          </h2>
          {says && <p className="mt-1 max-w-prose text-sm text-muted">{says}</p>}
        </div>
        <button
          type="button"
          aria-pressed={isTable}
          aria-describedby={id}
          onClick={() => setTable(!isTable)}
          className="inline-flex shrink-0 items-center gap-1.5 rounded-lg px-2.5 py-1.5 text-sm text-muted hover:bg-sunken hover:text-ink aria-pressed:bg-sunken aria-pressed:text-ink"
        >
          <Table2 aria-hidden className="size-4" />
          <Trans>Table</Trans>
        </button>
      </header>
      {isTable ? <Tabled table={table} name={title} /> : children}
    </section>
  );
}

function Tabled({ table, name }: { table: Table; name: string }) {
  return (
    // Scrolled by keyboard too, so it takes the focus.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable.
    <section aria-label={name} tabIndex={0} className="max-h-96 overflow-auto rounded-xl border border-line">
      <table className="tabular w-full text-sm">
        <thead className="sticky top-0 bg-sunken text-left">
          <tr>
            {table.head.map((cell, at) => (
              <th key={cell} scope="col" className={cn("px-3 py-2 font-medium", at > 0 && "text-right")}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={String(row[0])} className="border-t border-line">
              {row.map((cell, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column.
                <td key={at} className={cn("px-3 py-1.5", at > 0 && "text-right")}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
