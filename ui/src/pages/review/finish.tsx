/** After the last question: what became better by the answers, and where to go from here. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { LibraryBig, RotateCcw, Undo2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "@/kit/button";
import { ItemCover } from "@/kit/item-cover";
import { useShortcuts } from "@/kit/shortcuts";
import { number } from "@/kit/words";
import type { Answered } from "./queue";

/** More covers than this are a heap, no fan. */
const MOST_COVERS = 7;

type FinishProps = { answered: readonly Answered[]; onAskSkipped: () => void; onUndo: () => void };

export function Finish({ answered, onAskSkipped, onUndo }: FinishProps) {
  const { t } = useLingui();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useShortcuts([{ keys: "u", name: t`Undo the last answer`, run: onUndo }]);
  const same = answered.flatMap(({ answer, question }) =>
    answer.is === "same" ? [{ item: answer.item, records: question.records }] : [],
  );
  const own = answered.filter(({ answer }) => answer.is === "new");
  const skipped = answered.filter(({ answer }) => answer.is === "skipped").length;
  const rows = answered
    .filter(({ answer }) => answer.is !== "skipped")
    .reduce((sum, { question }) => sum + question.records, 0);
  const covers = [
    ...same.map(({ item }) => item),
    ...own.map(({ question }) => ({ ...question.asks_about, id: -question.id })),
  ].slice(-MOST_COVERS);
  const settled = same.length + own.length;
  return (
    <section className="mx-auto flex max-w-2xl flex-col items-center gap-6 py-10 text-center">
      {covers.length > 0 && <Fan covers={covers} />}
      <div className="flex flex-col gap-2">
        <h2 ref={heading} tabIndex={-1} className="text-3xl font-semibold outline-none sm:text-4xl">
          {skipped === 0 ? <Trans>That was the last one</Trans> : <Trans>Once through</Trans>}
        </h2>
        {settled > 0 && (
          <p className="text-lg text-muted">
            <Plural
              value={rows}
              one="One row of your history is where it belongs."
              other={`${number(rows)} rows of your history are where they belong.`}
            />
          </p>
        )}
      </div>
      <dl className="grid w-full max-w-lg grid-cols-3 divide-x divide-line rounded-2xl border border-line bg-surface">
        <Figure value={same.length} name={t`recognised`} />
        <Figure value={own.length} name={t`of your own`} />
        <Figure value={skipped} name={t`skipped`} />
      </dl>
      {settled > 0 && (
        <p className="max-w-lg text-sm text-muted">
          <Trans>
            Later imports remember your answers. What you recognised counts for your recommendations, the
            graph and your statistics from now on.
          </Trans>
        </p>
      )}
      <div className="flex flex-wrap justify-center gap-2">
        {skipped > 0 && (
          <Button look="primary" onClick={onAskSkipped}>
            <RotateCcw aria-hidden />
            <Plural value={skipped} one="Ask the skipped one again" other="Ask the # skipped again" />
          </Button>
        )}
        <Button look={skipped > 0 ? "plain" : "primary"} asChild>
          <Link to="/library">
            <LibraryBig aria-hidden />
            <Trans>To your library</Trans>
          </Link>
        </Button>
        <Button look="quiet" onClick={onUndo}>
          <Undo2 aria-hidden />
          <Trans>Undo the last answer</Trans>
        </Button>
      </div>
    </section>
  );
}

type Shown = Parameters<typeof ItemCover>[0]["item"] & { id: number };

function Fan({ covers }: { covers: readonly Shown[] }) {
  const middle = (covers.length - 1) / 2;
  return (
    <div aria-hidden className="mb-6 flex h-48 items-end justify-center pt-6">
      {covers.map((item, at) => {
        const turn = (at - middle) * 7;
        return (
          <div
            key={item.id}
            className="-mx-4 w-24 origin-bottom"
            style={{
              transform: `translateY(${Math.abs(at - middle) ** 2 * 3}px) rotate(${turn}deg)`,
              animation: `fan-out 480ms ${at * 60}ms var(--ease-out) backwards`,
            }}
          >
            <ItemCover item={item} />
          </div>
        );
      })}
    </div>
  );
}

function Figure({ value, name }: { value: number; name: string }) {
  return (
    <div className="flex flex-col-reverse gap-0.5 px-3 py-4">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="font-display text-3xl font-semibold tabular">{number(value)}</dd>
    </div>
  );
}
