/** Files on their way: how far each is, paused, gone on with, given up. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Check, FileAudio, Mic, Pause, Play, RotateCcw, X } from "lucide-react";
import { Button, IconButton } from "@/kit/button";
import { cn } from "@/kit/classes";
import { bytes, duration, percent } from "@/kit/words";
import { Progress } from "./progress";
import { cancel, forget, forgetDone, pause, resume, type Sending, useSendings } from "./uploads";

export function Sendings() {
  const { t } = useLingui();
  const sendings = useSendings();
  if (sendings.length === 0) return null;
  const open = sendings.filter((one) => one.state !== "done");
  return (
    <section aria-label={t`Uploads`} className="rounded-2xl border border-line bg-surface p-3 sm:p-4">
      <header className="flex items-center justify-between gap-4 px-1">
        <h2 className="text-base font-semibold" aria-live="polite">
          {open.length > 0 ? (
            <Plural value={open.length} one="Sending # file" other="Sending # files" />
          ) : (
            <Trans>Everything has arrived</Trans>
          )}
        </h2>
        {open.length < sendings.length && (
          <Button size="small" look="quiet" onClick={forgetDone}>
            <Trans>Clear what is done</Trans>
          </Button>
        )}
      </header>
      <ul className="mt-2 flex max-h-96 flex-col gap-1 overflow-y-auto">
        {sendings.map((one) => (
          <SendingRow key={one.id} sending={one} />
        ))}
      </ul>
    </section>
  );
}

function SendingRow({ sending }: { sending: Sending }) {
  const { t } = useLingui();
  const share = sending.size > 0 ? sending.sent / sending.size : 0;
  const Icon = sending.isRecording ? Mic : FileAudio;
  return (
    <li className="flex items-center gap-3 rounded-xl px-1 py-1.5">
      <span
        className={cn(
          "grid size-9 shrink-0 place-items-center rounded-lg bg-sunken text-muted",
          sending.state === "done" && "bg-good/15 text-good",
          sending.state === "failed" && "bg-bad/15 text-bad",
        )}
      >
        {sending.state === "done" ? (
          <Check aria-hidden className="size-4.5" />
        ) : (
          <Icon aria-hidden className="size-4.5" />
        )}
      </span>
      <div className="min-w-0 grow">
        <p className="truncate text-sm font-medium">{sending.name}</p>
        {sending.state !== "done" && sending.state !== "failed" && (
          <Progress
            share={share}
            label={sending.name}
            isResting={sending.state !== "sending"}
            className="my-1.5"
          />
        )}
        <p className={cn("text-xs text-muted tabular", sending.state === "failed" && "text-bad")}>
          <Line sending={sending} share={share} />
        </p>
      </div>
      {sending.state === "done" && sending.mediaId !== null && (
        <Button size="small" asChild>
          <Link to="/archive/$id" params={{ id: String(sending.mediaId) }}>
            {t`Open`}
          </Link>
        </Button>
      )}
      <Actions sending={sending} />
    </li>
  );
}

function Line({ sending, share }: { sending: Sending; share: number }) {
  const { t } = useLingui();
  const { sent, size, speed } = sending;
  switch (sending.state) {
    case "waiting":
      return <>{t`${bytes(size)}, waits for its turn`}</>;
    case "sending": {
      const so = t`${bytes(sent)} of ${bytes(size)}`;
      if (!speed) return <>{so}</>;
      return (
        <>
          {so} · {t`${bytes(speed)} a second, ${duration((size - sent) / speed)} left`}
        </>
      );
    }
    case "paused":
      return <>{t`Paused at ${percent(share)}`}</>;
    case "offline":
      return <>{t`The network is gone; it goes on by itself when it is back.`}</>;
    case "failed":
      return <>{sending.error || t`The server could not be reached. Try again.`}</>;
    case "done":
      return <>{sending.isKnown ? t`You had it already` : t`${bytes(size)}, being worked on`}</>;
  }
}

function Actions({ sending }: { sending: Sending }) {
  const { t } = useLingui();
  const { id, name } = sending;
  const mayPause = sending.state === "sending" || sending.state === "waiting";
  const mayGoOn = sending.state === "paused" || sending.state === "offline";
  return (
    <div className="flex shrink-0">
      {mayPause && (
        <IconButton size="small" label={t`Pause ${name}`} onClick={() => pause(id)}>
          <Pause />
        </IconButton>
      )}
      {mayGoOn && (
        <IconButton size="small" label={t`Go on with ${name}`} onClick={() => resume(id)}>
          <Play />
        </IconButton>
      )}
      {sending.state === "failed" && (
        <IconButton size="small" label={t`Try ${name} again`} onClick={() => resume(id)}>
          <RotateCcw />
        </IconButton>
      )}
      {sending.state === "done" ? (
        <IconButton size="small" label={t`Take ${name} off the list`} onClick={() => forget(id)}>
          <X />
        </IconButton>
      ) : (
        <IconButton size="small" label={t`Give ${name} up`} onClick={() => cancel(id)}>
          <X />
        </IconButton>
      )}
    </div>
  );
}
