/** Who speaks: a name in a colour of its own, which is pressed to say who it really is. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Pencil } from "lucide-react";
import { useState } from "react";
import type { MediaDetails, SpeakerView } from "@/api/schema";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Field } from "@/kit/field";
import { Popover } from "@/kit/overlay";
import { useCorrections } from "./recording";

/** Colours of charts, which people who see few colours can tell apart, too. */
export function speakerColour(number: number): string {
  return `var(--hue-${(number % 7) + 1})`;
}

export function useSpeakerName(): (speaker: SpeakerView) => string {
  const { t } = useLingui();
  return ({ name, number }) => name ?? t`Speaker ${number + 1}`;
}

type SpeakerProps = { media: MediaDetails; speaker: SpeakerView; className?: string };

export function SpeakerName({ media, speaker, className }: SpeakerProps) {
  const { t } = useLingui();
  const [isOpen, setOpen] = useState(false);
  const name = useSpeakerName()(speaker);
  return (
    <Popover
      label={t`Who is ${name}?`}
      open={isOpen}
      onOpenChange={setOpen}
      align="start"
      trigger={
        <button
          type="button"
          // A little ink in it: the hues of charts are too light for small letters.
          style={{ color: `color-mix(in oklab, ${speakerColour(speaker.number)} 70%, var(--ink))` }}
          className={cn(
            "group/name -ml-1 inline-flex items-center gap-1.5 rounded-md px-1 py-0.5 text-sm font-semibold hover:bg-sunken",
            className,
          )}
        >
          <span
            aria-hidden
            style={{ backgroundColor: speakerColour(speaker.number) }}
            className="size-2 rounded-full"
          />
          {name}
          <Pencil
            aria-hidden
            className="size-3 opacity-0 group-hover/name:opacity-70 group-focus-visible/name:opacity-70"
          />
        </button>
      }
    >
      <NameForm media={media} speaker={speaker} onDone={() => setOpen(false)} />
    </Popover>
  );
}

function NameForm({ media, speaker, onDone }: SpeakerProps & { onDone: () => void }) {
  const { t } = useLingui();
  const { nameSpeaker } = useCorrections(media);
  const [name, setName] = useState(speaker.name ?? "");
  const others = new Set([...media.people, ...media.speakers.flatMap((one) => one.name ?? [])]);
  others.delete(speaker.name ?? "");
  const give = (given: string) => {
    const written = given.trim();
    onDone();
    if (written !== (speaker.name ?? "")) void nameSpeaker(speaker, written || null);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        give(name);
      }}
      className="flex flex-col gap-3"
    >
      <Field
        label={t`Who is this?`}
        hint={<Hint speaker={speaker} />}
        value={name}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
      />
      {others.size > 0 && (
        <div className="flex flex-wrap gap-1.5">
          {[...others].slice(0, 8).map((one) => (
            <button
              key={one}
              type="button"
              onClick={() => give(one)}
              className="rounded-full border border-line px-2.5 py-1 text-xs hover:bg-sunken"
            >
              {one}
            </button>
          ))}
        </div>
      )}
      <Button size="small" look="primary" type="submit" className="self-end">
        <Trans>Save</Trans>
      </Button>
    </form>
  );
}

function Hint({ speaker }: { speaker: SpeakerView }) {
  if (speaker.named_by === "machine")
    return <Trans>Known by the voice, so it may be wrong. The name goes to all that this voice says.</Trans>;
  if (speaker.named_by === "captions")
    return <Trans>The subtitles say so. The name goes to all that this voice says.</Trans>;
  return <Trans>The name goes to all that this voice says, in your other recordings too.</Trans>;
}
