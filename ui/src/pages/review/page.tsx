/** Which title is it? The review queue: one question at a time, answered with a key or a tap. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { FileUp, ListChecks, Search, SkipForward, Sparkles, Undo2 } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { QuestionView } from "@/api/schema";
import { Button } from "@/kit/button";
import { Keys } from "@/kit/keys";
import { useShortcuts } from "@/kit/shortcuts";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { number } from "@/kit/words";
import { CandidateCard } from "./candidate";
import { Finish } from "./finish";
import { Other } from "./other";
import { type Answer, useReviewQueue } from "./queue";
import "./review.css";
import { Said } from "./said";

/** Candidates that a digit picks. */
const MOST_CANDIDATES = 5;

export default function Review() {
  const { t } = useLingui();
  useTitle(t`Review`);
  const review = useReviewQueue();
  const { pages, queue, answered, total } = review;
  const [isSearching, setSearching] = useState(false);
  const [isBack, setBack] = useState(false);
  const [news, setNews] = useState("");
  const question = queue[0];

  function say(answer: Answer): void {
    if (!question) return;
    setBack(false);
    setSearching(false);
    review.answer(question, answer);
    const left = total - answered.length - 1;
    const title = question.asks_about.title;
    const next = queue[1];
    const outcome = {
      same: t`“${title}” is recognised.`,
      new: t`“${title}” is an entry of your own.`,
      skipped: t`“${title}” is skipped.`,
    }[answer.is];
    setNews(
      next
        ? `${outcome} ${t`${number(left)} to go. Next question: ${next.asks_about.title}. ${number(next.candidates.length)} candidates.`}`
        : outcome,
    );
  }

  function undo(): void {
    setBack(true);
    setSearching(false);
    const last = review.undo();
    setNews(
      last
        ? t`Taken back. Again the question: ${last.question.asks_about.title}.`
        : t`There is nothing to undo.`,
    );
  }

  if (pages.isError && !pages.data) {
    return <Failed error={pages.error} onRetry={() => void pages.refetch()} className="my-16" />;
  }
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-6">
      <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-3xl font-semibold">
            <Trans>Which one is it?</Trans>
          </h1>
          <p className="mt-1 hidden text-muted sm:block">
            <Trans>
              Rows of your exports that could mean several titles. Everything else is in your library already.
            </Trans>
          </p>
        </div>
        {total > 0 && <Progress done={answered.length} total={total} />}
      </header>
      <p role="status" aria-live="polite" className="sr-only">
        {news}
      </p>
      {pages.isPending ? (
        <Loading />
      ) : question ? (
        <Question
          key={question.id}
          question={question}
          isFirst={answered.length === 0 && !isBack}
          isBack={isBack}
          canUndo={answered.length > 0}
          onAnswer={say}
          onSearch={() => setSearching(true)}
          onUndo={undo}
        />
      ) : pages.isFetchingNextPage ? (
        <Loading />
      ) : answered.length > 0 ? (
        <Finish
          answered={answered}
          onUndo={undo}
          onAskSkipped={() => {
            setBack(false);
            review.askSkipped();
          }}
        />
      ) : (
        <Empty
          icon={<ListChecks />}
          title={t`Nothing to decide`}
          action={
            <Button look="primary" asChild>
              <Link to="/import">
                <FileUp aria-hidden />
                <Trans>Import a history</Trans>
              </Link>
            </Button>
          }
        >
          <Trans>
            Every row of your history is matched. When an import brings a title that could be two, it is asked
            here.
          </Trans>
        </Empty>
      )}
      {question && isSearching && (
        <Other
          title={question.asks_about.title}
          own={question.item_id}
          onPick={(item) => say({ is: "same", item })}
          onClose={() => setSearching(false)}
        />
      )}
    </div>
  );
}

function Progress({ done, total }: { done: number; total: number }) {
  const { t } = useLingui();
  const place = Math.min(done + 1, total);
  return (
    <div className="flex w-full items-center gap-3 sm:w-auto">
      <div
        role="progressbar"
        aria-label={t`Questions answered`}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
        className="h-1.5 grow overflow-hidden rounded-full bg-line sm:w-40"
      >
        <div
          className="h-full rounded-full bg-accent transition-[width] duration-300"
          style={{ width: `${(done / total) * 100}%` }}
        />
      </div>
      <p className="text-sm text-muted tabular">
        {done >= total ? (
          <Trans>All {number(total)}</Trans>
        ) : (
          <Trans>
            {number(place)} of {number(total)}
          </Trans>
        )}
      </p>
    </div>
  );
}

type QuestionProps = {
  question: QuestionView;
  isFirst: boolean;
  isBack: boolean;
  canUndo: boolean;
  onAnswer: (answer: Answer) => void;
  onSearch: () => void;
  onUndo: () => void;
};

function Question({ question, isFirst, isBack, canUndo, onAnswer, onSearch, onUndo }: QuestionProps) {
  const { t } = useLingui();
  const headingId = useId();
  const list = useRef<HTMLOListElement>(null);
  const candidates = question.candidates.slice(0, MOST_CANDIDATES);
  const areScored = new Set(candidates.map(({ score }) => score)).size > 1;

  // The answered question took the focus with it; the first one leaves it where the page begins.
  useEffect(() => {
    if (!isFirst) document.getElementById(headingId)?.focus({ preventScroll: true });
    if (!isFirst) window.scrollTo({ top: 0 });
  }, [headingId, isFirst]);

  function move(step: 1 | -1): void {
    const cards = [...(list.current?.querySelectorAll<HTMLElement>("[data-candidate]") ?? [])];
    const now = document.activeElement instanceof HTMLElement ? cards.indexOf(document.activeElement) : -1;
    const next = now < 0 ? (step > 0 ? 0 : cards.length - 1) : (now + step + cards.length) % cards.length;
    cards[next]?.focus();
  }

  useShortcuts([
    ...candidates.map((candidate, at) => ({
      keys: String(at + 1),
      name: t`It is candidate ${String(at + 1)}`,
      run: () => onAnswer({ is: "same", item: candidate.item }),
    })),
    { keys: "o", name: t`Another title: search for it`, run: onSearch },
    { keys: "n", name: t`An entry of its own`, run: () => onAnswer({ is: "new" }) },
    { keys: "s", name: t`Skip`, run: () => onAnswer({ is: "skipped" }) },
    { keys: "u", name: t`Undo the last answer`, run: onUndo },
    { keys: "ArrowDown", name: t`Next candidate`, run: () => move(1) },
    { keys: "ArrowRight", name: t`Next candidate`, run: () => move(1) },
    { keys: "ArrowUp", name: t`Candidate before`, run: () => move(-1) },
    { keys: "ArrowLeft", name: t`Candidate before`, run: () => move(-1) },
  ]);

  return (
    <section
      aria-labelledby={headingId}
      style={
        isFirst ? undefined : { animation: `${isBack ? "last" : "next"}-question 260ms var(--ease-out)` }
      }
      className="grid items-start gap-6 lg:grid-cols-[minmax(0,21rem)_minmax(0,1fr)]"
    >
      <Said question={question} headingId={headingId} />
      <div className="flex flex-col gap-4">
        <ol ref={list} aria-label={t`Candidates`} className="grid gap-3 2xl:grid-cols-2">
          {candidates.map((candidate, at) => (
            <li key={candidate.item.id}>
              <CandidateCard
                place={at + 1}
                asked={question.asks_about}
                isScored={areScored}
                candidate={candidate}
                onPick={() => onAnswer({ is: "same", item: candidate.item })}
              />
            </li>
          ))}
        </ol>
        <div className="sticky bottom-[calc(4.5rem+env(safe-area-inset-bottom))] z-10 grid grid-cols-4 gap-1 rounded-2xl border border-line bg-paper/95 p-1.5 shadow-high backdrop-blur lg:static lg:flex lg:flex-wrap lg:gap-2 lg:border-0 lg:bg-transparent lg:p-0 lg:shadow-none">
          <Action icon={<Search aria-hidden />} keys="o" onClick={onSearch}>
            <Trans>Another title</Trans>
          </Action>
          <Action icon={<Sparkles aria-hidden />} keys="n" onClick={() => onAnswer({ is: "new" })}>
            <Trans>Its own entry</Trans>
          </Action>
          <Action icon={<SkipForward aria-hidden />} keys="s" onClick={() => onAnswer({ is: "skipped" })}>
            <Trans>Skip</Trans>
          </Action>
          <Action icon={<Undo2 aria-hidden />} keys="u" onClick={onUndo} disabled={!canUndo}>
            <Trans>Undo</Trans>
          </Action>
        </div>
        <p className="hidden text-sm text-muted lg:block">
          <Trans>
            Press the number of the right one. Arrows move between them, <Keys of="?" /> shows every key.
          </Trans>
        </p>
      </div>
    </section>
  );
}

type ActionProps = {
  icon: ReactNode;
  keys: string;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
};

function Action({ icon, keys, disabled, onClick, children }: ActionProps) {
  return (
    <Button
      onClick={onClick}
      disabled={disabled}
      aria-keyshortcuts={keys}
      className="h-14 flex-col gap-1 border-transparent bg-transparent px-1 text-xs lg:h-10 lg:flex-row lg:gap-2 lg:border-line lg:bg-surface lg:px-3 lg:text-sm [&_svg]:size-5 lg:[&_svg]:size-4"
    >
      {icon}
      {children}
      <Keys of={keys} className="ml-1 hidden text-muted lg:inline-flex" />
    </Button>
  );
}

function Loading() {
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,21rem)_minmax(0,1fr)]">
      <Skeleton className="h-80 rounded-2xl" />
      <div className="grid gap-3 2xl:grid-cols-2">
        <Skeleton className="h-52 rounded-2xl" />
        <Skeleton className="h-52 rounded-2xl" />
      </div>
    </div>
  );
}
