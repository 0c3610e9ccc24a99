/** A conversation: what was asked and answered, and the answer that is coming. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, MessageCircleQuestion, RotateCcw, Unplug } from "lucide-react";
import { useEffect, useRef } from "react";
import { ApiProblem, Unreachable } from "@/api/client";
import type { MessageView, ThreadMessages } from "@/api/schema";
import { Button } from "@/kit/button";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { Answer } from "./answer";
import { forget, type Turn } from "./stream";
import { threadQuery } from "./threads";

type ConversationProps = {
  id: number | undefined;
  /** The question on its way, if it belongs here. */
  turn: Turn | undefined;
  onAgain: (question: string) => void;
};

export function Conversation({ id, turn, onAgain }: ConversationProps) {
  const { data, error, refetch, isPending } = useQuery({
    ...threadQuery(id ?? 0),
    enabled: id !== undefined,
    // While an answer comes, the conversation is what it was, with the question at its end.
    refetchOnMount: turn?.state === "asking" ? false : "always",
  });
  if (error instanceof ApiProblem && [404, 422].includes(error.status) && !turn) return <Gone />;
  if (error && !data && !turn)
    return <Failed error={error} onRetry={() => void refetch()} className="my-10" />;
  const told = turnsOf(data, turn);
  if (id !== undefined && isPending && !turn) return <Waiting />;
  return (
    <div className="flex flex-col gap-12">
      {told.map(({ question, answer }, at) => (
        <Exchange
          key={question.id}
          question={question.text}
          answer={answer}
          isLast={at === told.length - 1 && !turn}
          onAgain={onAgain}
        />
      ))}
      {turn && <Coming key={turn.number} turn={turn} onAgain={onAgain} />}
    </div>
  );
}

function Gone() {
  const { t } = useLingui();
  return (
    <Empty
      icon={<MessageCircleQuestion />}
      title={t`There is no such conversation of yours`}
      action={
        <Button asChild look="primary">
          <Link to="/ask">
            <Trans>New question</Trans>
          </Link>
        </Button>
      }
    >
      <Trans>It may have been deleted.</Trans>
    </Empty>
  );
}

function Waiting() {
  return (
    <div aria-busy className="flex flex-col gap-4">
      <Skeleton className="h-9 w-3/4" />
      <Skeleton className="h-24" />
      <Skeleton className="h-16 w-1/2" />
    </div>
  );
}

type Told = { question: MessageView; answer: MessageView | undefined };

/** Questions with their answers, without the one that is on its way. */
function turnsOf(thread: ThreadMessages | undefined, turn: Turn | undefined): readonly Told[] {
  const told: Told[] = [];
  for (const message of thread?.messages ?? []) {
    const last = told.at(-1);
    if (message.role === "question") told.push({ question: message, answer: undefined });
    else if (last && !last.answer) told[told.length - 1] = { ...last, answer: message };
  }
  const last = told.at(-1);
  if (turn && last?.question.text === turn.question && isSame(last.answer, turn)) told.pop();
  return told;
}

/** Whether what is kept of a question is what comes of it now. What was stopped or broke off may be kept in part. */
function isSame(answer: MessageView | undefined, turn: Turn): boolean {
  if (!answer || turn.state === "stopped" || turn.state === "failed") return true;
  return answer.id === turn.done?.message_id;
}

function Question({ children }: { children: string }) {
  return <h2 className="text-2xl leading-tight font-semibold wrap-anywhere sm:text-3xl">{children}</h2>;
}

type ExchangeProps = {
  question: string;
  answer: MessageView | undefined;
  isLast: boolean;
  onAgain: (question: string) => void;
};

function Exchange({ question, answer, isLast, onAgain }: ExchangeProps) {
  return (
    <article className="flex flex-col gap-5">
      <Question>{question}</Question>
      {answer ? (
        <Answer
          sentences={answer.sentences}
          text={answer.text}
          isFound={answer.sentences.length > 0}
          madeBy={answer.made_by}
        />
      ) : (
        <Unanswered onAgain={isLast ? () => onAgain(question) : undefined} />
      )}
    </article>
  );
}

function Unanswered({ onAgain }: { onAgain: (() => void) | undefined }) {
  return (
    <div className="flex flex-wrap items-center gap-3 text-muted">
      <Trans>No answer was kept: it was stopped before one came.</Trans>
      {onAgain && <Again onAgain={onAgain} />}
    </div>
  );
}

function Again({ onAgain }: { onAgain: () => void }) {
  return (
    <Button size="small" onClick={onAgain}>
      <RotateCcw aria-hidden />
      <Trans>Ask again</Trans>
    </Button>
  );
}

function Coming({ turn, onAgain }: { turn: Turn; onAgain: (question: string) => void }) {
  const { t } = useLingui();
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    place.current?.scrollIntoView({ block: "start", behavior: isCalm ? "instant" : "smooth" });
  }, []);
  const again = () => {
    forget();
    onAgain(turn.question);
  };
  const isGoing = turn.state === "asking";
  return (
    <article
      ref={place}
      aria-busy={isGoing}
      className="flex min-h-[calc(100dvh-18rem)] scroll-mt-20 flex-col gap-5 lg:scroll-mt-8"
    >
      <Question>{turn.question}</Question>
      <div aria-live="polite" className="flex flex-col gap-5">
        {isGoing && turn.sentences.length === 0 && <Looking turn={turn} />}
        {(turn.sentences.length > 0 || turn.done) && (
          <Answer
            sentences={turn.sentences}
            text={turn.done?.text ?? ""}
            isFound={turn.sentences.length > 0}
            madeBy={turn.done?.made_by}
            isGoing={isGoing}
            nearest={turn.sources}
          />
        )}
        {isGoing && turn.sentences.length > 0 && <Skeleton className="h-4 w-24" />}
        {turn.state === "stopped" && (
          <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
            <Trans>You stopped it here.</Trans>
            <Again onAgain={again} />
          </div>
        )}
        {turn.state === "failed" && turn.error && (
          <div
            role="alert"
            className="flex flex-wrap items-start gap-3 rounded-2xl border border-line bg-surface p-4 text-sm"
          >
            {turn.error instanceof Unreachable ? (
              <Unplug aria-hidden className="mt-0.5 size-5 shrink-0 text-bad" />
            ) : (
              <CircleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-bad" />
            )}
            <p className="min-w-0 grow basis-52">
              {turn.error instanceof Unreachable
                ? t`The connection broke off before the answer was whole. Ask again once the server answers.`
                : turn.error.message}
            </p>
            <Again onAgain={again} />
          </div>
        )}
      </div>
    </article>
  );
}

/** What goes on before the first sentence. */
function Looking({ turn }: { turn: Turn }) {
  const { t } = useLingui();
  const isReading = turn.sources.length > 0;
  const heard = new Set(turn.sources.flatMap(({ media_id }) => media_id ?? []));
  return (
    <div>
      <p className="text-sm text-muted">
        {isReading
          ? heard.size > 0
            ? t`Reading what comes nearest in your recordings …`
            : t`Reading what comes nearest in your history …`
          : t`Looking through your recordings and your history …`}
      </p>
      <Skeleton className="mt-4 h-5 w-full" />
      <Skeleton className="mt-3 h-5 w-4/5" />
    </div>
  );
}
