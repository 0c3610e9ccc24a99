/** An answer: sentences with what they cite, a press away from being heard; and below it every source. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Check, Clapperboard, Copy, Play, SearchX, Sparkles, TextQuote } from "lucide-react";
import { HoverCard } from "radix-ui";
import { type ReactNode, useState } from "react";
import type { SentenceView } from "@/api/schema";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { say, sayError } from "@/kit/toasts";
import { clock } from "@/kit/words";
import { keyOf, type Numbered, quotationOf, sourcesOf, written } from "./citations";
import { listen } from "./dock";
import type { Source } from "./stream";

type AnswerProps = {
  sentences: readonly SentenceView[];
  /** What is said where nothing was found. */
  text: string;
  isFound: boolean;
  madeBy: string | null | undefined;
  /** It is still being written. */
  isGoing?: boolean;
  /** What comes nearest, where nothing answers. */
  nearest?: readonly Source[];
};

export function Answer({ sentences, text, isFound, madeBy, isGoing = false, nearest = [] }: AnswerProps) {
  const sources = sourcesOf(sentences);
  const numbers = new Map(sources.map((one) => [keyOf(one.citation), one]));
  if (!isFound && !isGoing) return <Refusal text={text} nearest={nearest} />;
  return (
    <div>
      <div className="flex flex-col gap-4">
        {sentences.map((sentence, at) => {
          const chips = sentence.citations.flatMap((citation) => numbers.get(keyOf(citation)) ?? []);
          return <Sentence key={`${at.toString()} ${sentence.text}`} sentence={sentence} chips={chips} />;
        })}
      </div>
      {!isGoing && sources.length > 0 && (
        <>
          <Sources sources={sources} />
          <Foot sentences={sentences} madeBy={madeBy} />
        </>
      )}
    </div>
  );
}

function Sentence({ sentence, chips }: { sentence: SentenceView; chips: readonly Numbered[] }) {
  const quotation = quotationOf(sentence);
  const marks = chips.map((one) => <Chip key={one.number} {...one} />);
  if (!quotation) {
    return (
      <p className="appear font-serif text-xl leading-8 text-pretty">
        {sentence.text} {marks}
      </p>
    );
  }
  return (
    <figure className="appear border-l-[3px] border-accent pl-4 sm:pl-5">
      <blockquote className="font-serif text-xl leading-8 text-pretty">
        “{quotation.quote}” {marks}
      </blockquote>
      <figcaption className="mt-1 text-sm text-muted">
        <Where citation={quotation} />
      </figcaption>
    </figure>
  );
}

/** "Liv, at 0:24 in A Rye Loaf" in words. */
function useWhere(): (citation: Source) => string {
  const { t } = useLingui();
  return ({ title, speaker, start_ms }) => {
    if (start_ms === null) return title;
    const at = clock(start_ms / 1000);
    return speaker ? t`${speaker} at ${at} in “${title}”` : t`At ${at} in “${title}”`;
  };
}

function Where({ citation }: { citation: Source }) {
  return <>{useWhere()(citation)}</>;
}

/** What is pressed to hear or open a source. */
function Opening({
  citation,
  label,
  className,
  children,
}: {
  citation: Source;
  label?: string;
  className?: string;
  children: ReactNode;
}) {
  const { media_id, item_id, start_ms, title } = citation;
  if (media_id !== null && citation.kind !== "event") {
    const play = () => listen({ mediaId: media_id, second: (start_ms ?? 0) / 1000, title });
    return (
      <button type="button" aria-label={label} onClick={play} className={className}>
        {children}
      </button>
    );
  }
  if (item_id === null) return <span className={className}>{children}</span>;
  return (
    <Link to="/items/$id" params={{ id: String(item_id) }} aria-label={label} className={className}>
      {children}
    </Link>
  );
}

function Chip({ number, citation }: Numbered) {
  const { t } = useLingui();
  const where = useWhere()(citation);
  return (
    <HoverCard.Root openDelay={150} closeDelay={100}>
      <HoverCard.Trigger asChild>
        <span className="align-[0.15em] text-sm leading-none">
          <Opening
            citation={citation}
            label={t`Source ${number}: ${where}. “${citation.quote}”`}
            className="tabular mr-0.5 inline-grid h-5 min-w-5 place-items-center rounded-md bg-accent-soft px-1 font-sans text-xs leading-none font-semibold text-accent hover:bg-accent hover:text-on-accent"
          >
            {number}
          </Opening>
        </span>
      </HoverCard.Trigger>
      <HoverCard.Portal container={document.getElementById("main")}>
        <HoverCard.Content
          sideOffset={6}
          collisionPadding={12}
          className="appear z-50 w-80 max-w-[calc(100vw-1.5rem)] rounded-2xl border border-line bg-raised p-4 shadow-high"
        >
          <p className="text-xs font-medium text-muted">{where}</p>
          <p className="mt-1.5 line-clamp-8 font-serif text-base leading-6">“{citation.quote}”</p>
          <p className="mt-2.5 flex items-center gap-1.5 text-xs text-accent">
            {citation.media_id !== null && citation.kind !== "event" ? (
              <>
                <Play aria-hidden className="size-3" fill="currentColor" />
                <Trans>Press to hear it</Trans>
              </>
            ) : (
              <>
                <Clapperboard aria-hidden className="size-3" />
                <Trans>Press to open the title</Trans>
              </>
            )}
          </p>
        </HoverCard.Content>
      </HoverCard.Portal>
    </HoverCard.Root>
  );
}

function Sources({ sources }: { sources: readonly Numbered[] }) {
  return (
    <section className="mt-6">
      <h3 className="mb-2 text-sm font-semibold text-muted">
        <Trans>Sources</Trans>
      </h3>
      <ol className="grid gap-2 sm:grid-cols-2">
        {sources.map(({ number, citation }) => (
          <li key={number} className="min-w-0">
            <SourceCard citation={citation} number={number} quote={citation.quote} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function SourceCard({ citation, number, quote }: { citation: Source; number?: number; quote?: string }) {
  const isHeard = citation.media_id !== null && citation.kind !== "event";
  const Icon = isHeard ? Play : Clapperboard;
  return (
    <Opening
      citation={citation}
      className="group/source flex h-full w-full items-start gap-3 rounded-xl border border-line bg-surface p-3 text-left text-sm transition-colors hover:border-strong-line"
    >
      <span
        aria-hidden
        className="tabular grid size-7 shrink-0 place-items-center rounded-lg bg-accent-soft text-xs font-semibold text-accent group-hover/source:bg-accent group-hover/source:text-on-accent"
      >
        {number !== undefined && <span className="group-hover/source:hidden">{number}</span>}
        <Icon
          fill={isHeard ? "currentColor" : "none"}
          className={cn("size-3", number !== undefined && "hidden group-hover/source:block")}
        />
      </span>
      <span className="min-w-0">
        <span className="block truncate font-medium">{citation.title}</span>
        <span className="mt-0.5 block truncate text-xs text-muted">
          {[citation.speaker, citation.start_ms === null ? null : clock(citation.start_ms / 1000)]
            .filter(Boolean)
            .join(" · ") || quote}
        </span>
      </span>
    </Opening>
  );
}

/** Who answered, and the answer as text. */
function Foot({
  sentences,
  madeBy,
}: {
  sentences: readonly SentenceView[];
  madeBy: string | null | undefined;
}) {
  const { t } = useLingui();
  const where = useWhere();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(written(sentences, ({ citation }) => where(citation)));
      setCopied(true);
      window.setTimeout(() => setCopied(false), 2000);
      say(t`The answer is copied, with its sources`);
    } catch (error) {
      sayError(error);
    }
  };
  return (
    <footer className="mt-4 flex flex-wrap items-center justify-between gap-2 text-xs text-muted">
      <span className="inline-flex items-center gap-1.5">
        <MadeBy madeBy={madeBy} />
      </span>
      <Button look="quiet" size="small" onClick={() => void copy()} className="-mr-2 text-xs">
        {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
        <Trans>Copy</Trans>
      </Button>
    </footer>
  );
}

type MadeByProps = {
  madeBy: string | null | undefined;
  /** Nothing is answered yet. */
  isToCome?: boolean;
};

/** Who wrote an answer, or is going to. */
export function MadeBy({ madeBy, isToCome = false }: MadeByProps) {
  if (!madeBy) return null;
  if (madeBy === "extractive")
    return (
      <>
        <TextQuote aria-hidden className="size-3.5 shrink-0" />
        {isToCome ? (
          <Trans>Answers are quotations, word for word; no language model is asked</Trans>
        ) : (
          <Trans>Quoted word for word, without a language model</Trans>
        )}
      </>
    );
  return (
    <>
      <Sparkles aria-hidden className="size-3.5 shrink-0" />
      {isToCome ? (
        <Trans>{madeBy} answers; every sentence is held against its sources</Trans>
      ) : (
        <Trans>Written by {madeBy}; every sentence was held against its sources</Trans>
      )}
    </>
  );
}

/** Nothing answers: that is said as it is, with what comes nearest. */
function Refusal({ text, nearest }: { text: string; nearest: readonly Source[] }) {
  return (
    <div>
      <p className="flex items-start gap-3 text-lg">
        <SearchX aria-hidden className="mt-1 size-5 shrink-0 text-muted" />
        <span>
          <RefusalText text={text} />
          <span className="mt-1 block text-sm text-muted">
            <Trans>
              Better no answer than one that nobody gave. Other words may find it: those that were said.
            </Trans>
          </span>
        </span>
      </p>
      {nearest.length > 0 && (
        <section className="mt-5">
          <h3 className="mb-2 text-sm font-semibold text-muted">
            <Trans>What comes nearest</Trans>
          </h3>
          <ul className="grid gap-2 sm:grid-cols-2">
            {nearest.slice(0, 4).map((source) => (
              <li key={`${source.kind} ${source.media_id} ${source.item_id} ${source.start_ms}`}>
                <SourceCard citation={source} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function RefusalText({ text }: { text: string }) {
  // What the server says in English, in the language of the page.
  if (text === "The archive does not contain an answer to this.")
    return <Trans>The archive does not contain an answer to this.</Trans>;
  return <>{text}</>;
}
