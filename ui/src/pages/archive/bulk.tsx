/** What can be done to all chosen recordings: a bar that comes up when something is chosen. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Tag, Trash2, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { MediaView } from "@/api/schema";
import { Button, IconButton } from "@/kit/button";
import { Field } from "@/kit/field";
import { Dialog } from "@/kit/overlay";
import { useRecordingActions } from "./actions";
import { tagsQuery } from "./queries";

export function BulkBar({
  chosen,
  isTagging,
  onTagging,
  onDone,
}: {
  chosen: readonly MediaView[];
  isTagging: boolean;
  onTagging: (is: boolean) => void;
  onDone: () => void;
}) {
  const { t } = useLingui();
  const { remove } = useRecordingActions();
  if (chosen.length === 0) return null;
  return (
    <div
      role="toolbar"
      aria-label={t`Chosen recordings`}
      className="appear sticky bottom-20 z-20 mx-auto flex w-fit max-w-full items-center gap-1 rounded-2xl bg-ink p-1.5 pl-4 text-sm text-paper shadow-high lg:bottom-6"
    >
      <span className="mr-2 font-medium whitespace-nowrap tabular" aria-live="polite">
        <Plural value={chosen.length} one="# chosen" other="# chosen" />
      </span>
      <Button look="quiet" size="small" className={INVERTED} onClick={() => onTagging(true)}>
        <Tag aria-hidden />
        <Trans>Tags</Trans>
      </Button>
      <Button
        look="quiet"
        size="small"
        className={INVERTED}
        onClick={() => {
          void remove(chosen);
          onDone();
        }}
      >
        <Trash2 aria-hidden />
        <Trans>Delete</Trans>
      </Button>
      <IconButton label={t`Choose nothing`} keys="Esc" size="small" className={INVERTED} onClick={onDone}>
        <X />
      </IconButton>
      {isTagging && <TagDialog chosen={chosen} onClose={() => onTagging(false)} onDone={onDone} />}
    </div>
  );
}

const INVERTED = "text-paper hover:bg-white/15 dark:hover:bg-black/15 focus-visible:outline-paper";

/** Put tags on the chosen recordings, and take off what any of them has. */
export function TagDialog({
  chosen,
  onClose,
  onDone,
}: {
  chosen: readonly MediaView[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useLingui();
  const { tag } = useRecordingActions();
  const known = useQuery(tagsQuery);
  const [text, setText] = useState("");
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const had = [...new Set(chosen.flatMap((media) => media.tags))].sort((a, b) => a.localeCompare(b));
  const added = text
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  const suggested = (known.data ?? [])
    .map((one) => one.name)
    .filter((name) => !had.includes(name) && !added.includes(name))
    .slice(0, 12);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (added.length + gone.size > 0) void tag(chosen, added.slice(0, 20), [...gone]);
    onClose();
    onDone();
  };
  const toggle = (name: string) => {
    const next = new Set(gone);
    if (!next.delete(name)) next.add(name);
    setGone(next);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t`Tags`}
      description={t`New ones are put on every chosen recording; those that you strike out are taken off.`}
      className="text-ink"
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t`New tags, separated by commas`}
          value={text}
          maxLength={400}
          autoFocus
          onChange={(event) => setText(event.target.value)}
        />
        {suggested.length > 0 && (
          <fieldset>
            <legend className="text-sm text-muted">{t`Tags that you use`}</legend>
            <div className="mt-1.5 flex flex-wrap gap-1.5">
              {suggested.map((name) => (
                <Button key={name} size="small" onClick={() => setText([...added, name].join(", "))}>
                  {name}
                </Button>
              ))}
            </div>
          </fieldset>
        )}
        {had.length > 0 && (
          <fieldset>
            <legend className="text-sm text-muted">{t`Tags that they have`}</legend>
            <div className="mt-1.5 flex flex-wrap gap-1.5">
              {had.map((name) => (
                <Button
                  key={name}
                  size="small"
                  aria-pressed={gone.has(name)}
                  onClick={() => toggle(name)}
                  className={gone.has(name) ? "text-bad line-through" : ""}
                >
                  {name}
                  <X aria-hidden />
                </Button>
              ))}
            </div>
          </fieldset>
        )}
        <Button type="submit" look="primary">
          <Trans>Change the tags</Trans>
        </Button>
      </form>
    </Dialog>
  );
}
