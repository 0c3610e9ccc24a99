/** A paragraph of a transcript: who speaks, and lines that are pressed to hear them. */
import { useLingui } from "@lingui/react/macro";
import { Pencil } from "lucide-react";
import { memo } from "react";
import type { LineView, MediaDetails } from "@/api/schema";
import { IconButton } from "@/kit/button";
import { cn } from "@/kit/classes";
import { clock } from "@/kit/words";
import { type Paragraph, placesIn } from "./paragraphs";
import { SpeakerName } from "./speaker";

/** What can be done with lines; they are named by their number. */
export type Act = {
  seek: (line: number) => void;
  edit: (firstOfParagraph: number) => void;
  move: (line: number, by: number) => void;
};

type ParagraphProps = {
  media: MediaDetails;
  paragraph: Paragraph;
  current: number;
  /** The line that Tab leads to. */
  entry: number;
  wanted: string;
  hit: number | undefined;
  act: Act;
};

export function ParagraphRow({ media, paragraph, current, entry, wanted, hit, act }: ParagraphProps) {
  const { t } = useLingui();
  const { first, lines, chapter, isTurn } = paragraph;
  const start = clock((lines[0]?.start_ms ?? 0) / 1000);
  const isCurrent = current >= first && current < first + lines.length;
  const speaker = media.speakers.find((one) => one.number === paragraph.speaker);
  return (
    <div className={cn("group/row", isTurn && first > 0 && !chapter && "pt-3")}>
      {chapter && (
        <h3
          className={cn(
            "flex items-center gap-3 pb-3 text-lg font-semibold after:h-px after:grow after:bg-line",
            first > 0 && "pt-8",
          )}
        >
          {chapter.title}
        </h3>
      )}
      {isTurn && speaker && <SpeakerName media={media} speaker={speaker} />}
      <div className="flow-root pb-2.5 sm:flex sm:items-start sm:gap-2">
        <span className="float-right ml-2 flex shrink-0 items-center gap-0.5 pt-1 sm:order-2 sm:ml-0">
          <IconButton
            label={t`Correct what is said at ${start}`}
            keys="e"
            size="small"
            tabIndex={isCurrent || (entry >= first && entry < first + lines.length) ? 0 : -1}
            onClick={() => act.edit(first)}
            className="size-6 rounded-md text-sm text-muted opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
          >
            <Pencil />
          </IconButton>
          <span
            aria-hidden
            className={cn(
              "tabular min-w-9 text-right text-xs text-muted",
              isCurrent && "font-semibold text-accent",
            )}
          >
            {start}
          </span>
        </span>
        <p className="max-w-[42rem] grow font-serif text-[1.1875rem] leading-8 text-pretty">
          {lines.map((line, at) => (
            <Said
              key={line.start_ms}
              line={line}
              number={first + at}
              isCurrent={current === first + at}
              isEntry={entry === first + at}
              isHit={hit === first + at}
              wanted={wanted}
              act={act}
            />
          ))}
        </p>
      </div>
    </div>
  );
}

type SaidProps = {
  line: LineView;
  number: number;
  isCurrent: boolean;
  isEntry: boolean;
  isHit: boolean;
  wanted: string;
  act: Act;
};

const Said = memo(
  function Said({ line, number, isCurrent, isEntry, isHit, wanted, act }: SaidProps) {
    const { t } = useLingui();
    const isStruck = line.text === "";
    const onKeyDown = (event: React.KeyboardEvent) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by === undefined && event.key !== "Enter") return;
      event.preventDefault();
      if (by === undefined) act.seek(number);
      else act.move(number, by);
    };
    return (
      <>
        {/* biome-ignore lint/a11y/useSemanticElements: a button does not flow with the words around it */}
        <span
          role="button"
          tabIndex={isEntry ? 0 : -1}
          data-line={number}
          aria-current={isCurrent ? "true" : undefined}
          title={line.heard === null ? undefined : t`Heard as: ${line.heard}`}
          onClick={() => {
            // Who marks words to copy them does not want to hear them.
            if (window.getSelection()?.isCollapsed ?? true) act.seek(number);
          }}
          onKeyDown={onKeyDown}
          className={cn(
            "cursor-pointer rounded-[0.3em] box-decoration-clone px-0.5 -mx-0.5 py-0.5 transition-colors duration-150 hover:bg-sunken",
            isCurrent && "bg-accent-soft text-ink hover:bg-accent-soft",
            line.heard !== null && "underline decoration-dotted decoration-muted/60 underline-offset-4",
            isStruck && "text-muted line-through",
          )}
        >
          <Marked text={isStruck ? (line.heard ?? "") : line.text} wanted={wanted} isHit={isHit} />
        </span>{" "}
      </>
    );
  },
  (before, after) =>
    before.line === after.line &&
    before.number === after.number &&
    before.isCurrent === after.isCurrent &&
    before.isEntry === after.isEntry &&
    before.isHit === after.isHit &&
    before.wanted === after.wanted,
);

/** A text with what was looked for marked in it. */
function Marked({ text, wanted, isHit }: { text: string; wanted: string; isHit: boolean }) {
  const places = placesIn(text, wanted);
  if (places.length === 0) return text;
  let done = 0;
  const parts = places.map(([from, to]) => {
    const before = text.slice(done, from);
    done = to;
    return (
      <span key={from}>
        {before}
        <mark
          className={cn("rounded-sm bg-star/30 text-inherit", isHit && "bg-star/60 outline-2 outline-star")}
        >
          {text.slice(from, to)}
        </mark>
      </span>
    );
  });
  return (
    <>
      {parts}
      {text.slice(done)}
    </>
  );
}
