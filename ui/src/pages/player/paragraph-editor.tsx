/** A paragraph of a transcript while somebody corrects it, line by line; what was heard can be put back. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import type { LineView, MediaDetails } from "@/api/schema";
import { Button, IconButton } from "@/kit/button";
import { clock } from "@/kit/words";
import type { Paragraph } from "./paragraphs";
import { useCorrections } from "./recording";

type EditorProps = { media: MediaDetails; paragraph: Paragraph; onClose: () => void };

export function ParagraphEditor({ media, paragraph, onClose }: EditorProps) {
  const { t } = useLingui();
  const { correct } = useCorrections(media);
  const [texts, setTexts] = useState(() => paragraph.lines.map((line) => line.text));
  const write = (at: number, text: string) =>
    setTexts(texts.map((one, place) => (place === at ? text : one)));
  const save = () => {
    const changes = paragraph.lines.flatMap((line, at) => changeOf(line, texts[at] ?? ""));
    onClose();
    if (changes.length > 0) void correct(changes);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    else if (event.key === "Enter" && !event.shiftKey) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <form
      aria-label={t`Correct what is said`}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      className="my-2 flex flex-col gap-2 rounded-2xl border border-line bg-surface p-3 shadow-card sm:p-4"
    >
      {paragraph.lines.map((line, at) => (
        <div key={line.start_ms} className="flex items-start gap-2">
          <span aria-hidden className="tabular w-12 shrink-0 pt-2.5 text-right text-xs text-muted">
            {clock(line.start_ms / 1000)}
          </span>
          <div className="min-w-0 grow">
            <textarea
              aria-label={t`Said at ${clock(line.start_ms / 1000)}`}
              // biome-ignore lint/a11y/noAutofocus: who asked to correct it is about to type
              autoFocus={at === 0}
              rows={1}
              maxLength={10_000}
              value={texts[at] ?? ""}
              onChange={(event) => write(at, event.target.value)}
              onKeyDown={onKeyDown}
              className="field-sizing-content w-full resize-none rounded-lg border border-strong-line/60 bg-paper px-2.5 py-1.5 font-serif text-base leading-7"
            />
            {line.heard !== null && (
              <p className="px-1 text-xs text-muted">
                <Trans>Heard as: {line.heard}</Trans>
              </p>
            )}
          </div>
          {line.heard !== null && texts[at] !== line.heard && (
            <IconButton
              label={t`Put back what was heard`}
              size="small"
              onClick={() => write(at, line.heard ?? "")}
              className="mt-1"
            >
              <Undo2 />
            </IconButton>
          )}
        </div>
      ))}
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p className="mr-auto text-xs text-muted">
          <Trans>An empty line says that nothing is said there.</Trans>
        </p>
        <Button size="small" look="quiet" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button size="small" look="primary" type="submit">
          <Trans>Save</Trans>
        </Button>
      </div>
    </form>
  );
}

/** What somebody changed in a line, if anything; what was heard needs no correction. */
function changeOf(line: LineView, written: string): { line: LineView; text: string | null }[] {
  const text = written.trim();
  if (text === line.text) return [];
  return [{ line, text: text === line.heard ? null : text }];
}
