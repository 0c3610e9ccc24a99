/** A chosen file: what it is, how its first rows are understood, what is left out and why, and the word to import it. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { CircleHelp, FileUp, FileX2, RotateCcw, X } from "lucide-react";
import { useId } from "react";
import { ApiProblem, Unreachable } from "@/api/client";
import type { PreviewView } from "@/api/schema";
import { Button, IconButton } from "@/kit/button";
import { SourceMark } from "@/kit/guides";
import { KIND_PLURALS, type Kind } from "@/kit/kinds";
import { sourceOf } from "@/kit/sources";
import { Skeleton } from "@/kit/states";
import { bytes, number, percent } from "@/kit/words";
import { type Chosen, lookAgain, takeAway } from "./chosen";
import { LeftOut, Span } from "./counts";
import { Examples } from "./examples";
import { Answers } from "./question";

type PreviewCardProps = { chosen: Chosen; onImport: () => void };

export function PreviewCard({ chosen, onImport }: PreviewCardProps) {
  const { t } = useLingui();
  const heading = useId();
  const { file, state, preview } = chosen;
  return (
    <section
      aria-labelledby={heading}
      className="appear flex flex-col gap-4 rounded-2xl border border-line bg-surface p-4 shadow-card sm:p-5"
    >
      <header className="flex items-start gap-3">
        {preview ? (
          <SourceMark source={preview.source} />
        ) : (
          <span
            aria-hidden
            className="grid size-10 shrink-0 place-items-center rounded-xl bg-sunken text-muted"
          >
            {state === "refused" ? (
              <FileX2 className="size-5 text-bad" />
            ) : state === "asked" ? (
              <CircleHelp className="size-5 text-accent" />
            ) : (
              <FileUp className="size-5" />
            )}
          </span>
        )}
        <div className="min-w-0 grow">
          <h2 id={heading} className="font-display text-lg leading-tight font-semibold wrap-anywhere">
            {preview ? <Recognised preview={preview} /> : file.name}
          </h2>
          <p className="mt-0.5 truncate text-sm text-muted">
            {preview ? `${file.name} · ${bytes(file.size)}` : bytes(file.size)}
          </p>
        </div>
        <IconButton label={t`Do not import ${file.name}`} size="small" onClick={() => takeAway(chosen.id)}>
          <X />
        </IconButton>
      </header>
      <Body chosen={chosen} onImport={onImport} />
    </section>
  );
}

/** "Netflix viewing history, 1,204 rows, 2021–2026" */
function Recognised({ preview }: { preview: PreviewView }) {
  const { t } = useLingui();
  const { name, holds } = sourceOf(preview.source);
  return (
    <>
      {name} {t(holds)}
      <span className="font-normal text-muted">
        {", "}
        <Plural value={preview.rows} one="one row" other={`${number(preview.rows)} rows`} />
        {preview.first_at && preview.last_at && (
          <>
            {", "}
            <Span from={preview.first_at} to={preview.last_at} />
          </>
        )}
      </span>
    </>
  );
}

function Body({ chosen, onImport }: PreviewCardProps) {
  const { t } = useLingui();
  const { state, share, preview, question } = chosen;
  if (state === "waiting" || state === "looking" || state === "sending") {
    return (
      <div className="flex flex-col gap-3" role="status">
        <div className="flex items-center gap-3 text-sm text-muted">
          <div className="h-1.5 grow overflow-hidden rounded-full bg-line">
            <div
              className="h-full rounded-full bg-accent transition-[width] duration-200"
              style={{ width: `${share * 100}%` }}
            />
          </div>
          <span className="tabular">
            {state === "waiting"
              ? t`Waiting`
              : share < 1
                ? t`Sending, ${percent(share)}`
                : state === "looking"
                  ? t`Looking into it`
                  : t`Starting`}
          </span>
        </div>
        {state !== "sending" && <Skeleton className="h-40 rounded-xl" />}
      </div>
    );
  }
  if (state === "asked" && question) return <Answers chosen={chosen} question={question} />;
  if (state === "refused") return <Refused chosen={chosen} />;
  if (!preview) return null;
  const isNothingNew = preview.new === 0;
  const kinds = Object.entries(preview.kinds).map(
    ([kind, count]) => `${t(KIND_PLURALS[kind as Kind])} ${number(count)}`,
  );
  return (
    <>
      <p className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
        <Count value={preview.new} name={t`new`} isStrong />
        {preview.known > 0 && <Count value={preview.known} name={t`already yours`} />}
        <span className="text-muted">{kinds.join(" · ")}</span>
      </p>
      {preview.examples.length > 0 && <Examples records={preview.examples} />}
      <LeftOut skipped={preview.skipped} rejected={preview.rejected} rows={preview.rejected_rows} />
      {question && <Answers chosen={chosen} question={question} isAnswered />}
      <footer className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4">
        <p className="text-sm text-muted">
          {isNothingNew ? (
            <Trans>You have all of this already. Importing it changes nothing.</Trans>
          ) : (
            <Trans>You can take an import back at any time.</Trans>
          )}
        </p>
        <Button look={isNothingNew ? "plain" : "primary"} onClick={onImport}>
          <FileUp aria-hidden />
          {isNothingNew ? (
            <Trans>Import all the same</Trans>
          ) : (
            <Plural value={preview.new} one="Import one row" other={`Import ${number(preview.new)} rows`} />
          )}
        </Button>
      </footer>
    </>
  );
}

function Count({ value, name, isStrong }: { value: number; name: string; isStrong?: boolean }) {
  return (
    <span className={isStrong ? "" : "text-muted"}>
      <strong className="font-semibold text-ink tabular">{number(value)}</strong> {name}
    </span>
  );
}

function Refused({ chosen }: { chosen: Chosen }) {
  const { problem } = chosen;
  const isAway = problem instanceof Unreachable;
  return (
    <div role="alert" className="flex flex-col items-start gap-3 text-sm">
      <p className="wrap-anywhere">
        {isAway ? (
          <Trans>The server did not answer. The file is still here.</Trans>
        ) : problem instanceof ApiProblem ? (
          problem.message
        ) : (
          <Trans>It could not be sent.</Trans>
        )}
      </p>
      {!isAway && (
        <p className="text-muted">
          <Trans>
            Bring the file exactly as the service gave it, not one that a spreadsheet saved again. The guides
            below say where to find it.
          </Trans>
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button size="small" onClick={() => lookAgain(chosen.id)}>
          <RotateCcw aria-hidden />
          <Trans>Try again</Trans>
        </Button>
        {!isAway && (
          <Button size="small" look="quiet" asChild>
            <a href="#guides">
              <Trans>Where do I find my export?</Trans>
            </a>
          </Button>
        )}
      </div>
    </div>
  );
}
