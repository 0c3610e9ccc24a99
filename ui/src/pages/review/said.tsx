/** What the person's export says, as it was read: the title large, the columns of the row below it, and where it stands. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { FileText, Rows3 } from "lucide-react";
import type { QuestionView, SaidRowView } from "@/api/schema";
import { KIND_ICONS, KIND_NAMES } from "@/kit/kinds";
import { sourceOf } from "@/kit/sources";
import { bareDay, list, moment, number } from "@/kit/words";

/** Of a row with many columns the first say what it is. */
const MOST_COLUMNS = 8;
const LONGEST_CELL = 160;

export function Said({ question, headingId }: { question: QuestionView; headingId: string }) {
  const { t } = useLingui();
  const { asks_about: asked, rows, records } = question;
  const Icon = KIND_ICONS[asked.kind];
  const [row, ...others] = rows;
  const makers = list((asked.credits ?? []).slice(0, 3).map((credit) => credit.name));
  return (
    <div className="flex flex-col gap-4 rounded-2xl border border-line bg-surface p-5 shadow-card sm:p-6 lg:sticky lg:top-8">
      <p className="text-sm font-medium text-muted">
        {row ? (
          <Trans>Your {sourceOf(row.source).name} history says</Trans>
        ) : (
          <Trans>Your history says</Trans>
        )}
      </p>
      <h2
        id={headingId}
        tabIndex={-1}
        className="font-display text-3xl leading-[1.08] font-semibold tracking-tight wrap-anywhere outline-none sm:text-4xl"
      >
        {asked.title}
      </h2>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted">
        <Icon aria-hidden className="size-4" />
        {[
          t(KIND_NAMES[asked.kind]),
          asked.year ? String(asked.year) : null,
          asked.season_title ?? null,
          makers || null,
        ]
          .filter((part) => part !== null)
          .join(" · ")}
      </p>
      {row && <Row row={row} />}
      {others.length > 0 && (
        <ul className="flex flex-col gap-1 text-sm text-muted">
          {others.map((other) => (
            <li
              key={`${other.import_id}:${other.where}`}
              className="flex items-baseline justify-between gap-3"
            >
              <Place where={other.where} />
              {other.at && <span className="shrink-0 tabular">{when(other)}</span>}
            </li>
          ))}
        </ul>
      )}
      <p className="flex items-center gap-2 rounded-xl bg-accent-soft px-3 py-2 text-sm">
        <Rows3 aria-hidden className="size-4 shrink-0 text-accent" />
        <span>
          <Plural
            value={records}
            one={<Trans>Your answer applies to this one row</Trans>}
            other={
              <Trans>
                Your answer applies to <strong>{number(records)} rows</strong>
              </Trans>
            }
          />
        </span>
      </p>
    </div>
  );
}

function Row({ row }: { row: SaidRowView }) {
  const cells = Object.entries(row.says)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value) && value !== "")
    .slice(0, MOST_COLUMNS);
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-sunken">
      <p className="flex items-center gap-2 border-b border-line px-3 py-2 text-xs text-muted">
        <FileText aria-hidden className="size-3.5 shrink-0" />
        <span className="flex min-w-0 grow">
          <Place where={row.where} />
        </span>
        {row.at && <span className="shrink-0 tabular">{when(row)}</span>}
      </p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 px-3 py-2.5 font-mono text-xs">
        {cells.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="wrap-anywhere">{cell(String(value))}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** "ViewingActivity.csv:12": of a long name the end goes first, never the line. */
function Place({ where }: { where: string }) {
  const at = where.lastIndexOf(":");
  const [file, line] = at > 0 ? [where.slice(0, at), where.slice(at)] : [where, ""];
  return (
    <span className="flex min-w-0" title={where}>
      <span className="truncate">{file}</span>
      <span className="shrink-0 tabular">{line}</span>
    </span>
  );
}

function when(row: SaidRowView): string {
  if (!row.at) return "";
  return row.is_date_only ? bareDay(row.at) : moment(row.at);
}

function cell(text: string): string {
  return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}…` : text;
}
