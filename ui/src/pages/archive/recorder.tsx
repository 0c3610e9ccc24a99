/** Speaking into the microphone: how long, how loud, paused, and sent or kept at the end. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Mic, MicOff, Pause, Play, Send, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useMe } from "@/api/session";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Field } from "@/kit/field";
import { Dialog } from "@/kit/overlay";
import { say, sayError } from "@/kit/toasts";
import { clock, duration, percent } from "@/kit/words";
import { type Microphone, type Trouble, useMicrophone } from "./microphone";
import { sendSpoken } from "./unsent";
import type { Wishes } from "./uploads";

export default function Recorder({ wishes, onClose }: { wishes: Wishes; onClose: () => void }) {
  const { t } = useLingui();
  const me = useMe();
  const queries = useQueryClient();
  const microphone = useMicrophone(me.id);
  const [title, setTitle] = useState("");
  const isOn = microphone.state === "recording" || microphone.state === "paused";

  const keep = async () => {
    const spoken = await microphone.end();
    await queries.invalidateQueries({ queryKey: ["spoken"] });
    return spoken;
  };
  const send = async () => {
    const spoken = await keep();
    onClose();
    if (!spoken) return;
    try {
      await sendSpoken(spoken, title.trim() ? { ...wishes, title: title.trim() } : wishes);
    } catch (error) {
      sayError(error);
    }
  };
  const close = async () => {
    const spoken = isOn ? await keep() : null;
    onClose();
    if (spoken) say(t`Your recording is kept on this device. Send it when you like.`);
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && void close()}
      title={t`Record`}
      description={t`It is kept on this device until it has arrived, also through a reload or without a network.`}
    >
      {microphone.trouble && microphone.trouble !== "full" ? (
        <Explained trouble={microphone.trouble} onRetry={() => void microphone.begin()} />
      ) : (
        <>
          <div className="flex flex-col items-center gap-5 rounded-2xl bg-sunken px-4 py-8">
            <p
              role="timer"
              aria-label={t`Recorded so far`}
              className="font-display text-6xl font-semibold tabular"
            >
              {clock(microphone.elapsedMs / 1000)}
            </p>
            <Level microphone={microphone} />
            <p aria-live="polite" className="text-sm text-muted">
              {microphone.trouble === "full" ? (
                <span className="text-bad">
                  <Trans>This device has no room left. Stop and send what there is.</Trans>
                </span>
              ) : microphone.state === "recording" ? (
                <Trans>Recording</Trans>
              ) : microphone.state === "paused" ? (
                <Trans>Paused after {duration(microphone.elapsedMs / 1000)}</Trans>
              ) : microphone.state === "asking" ? (
                <Trans>Allow the microphone in the question of your browser.</Trans>
              ) : (
                <Trans>Ready when you are</Trans>
              )}
            </p>
          </div>
          {isOn && (
            <Field
              label={t`Title`}
              value={title}
              maxLength={300}
              onChange={(event) => setTitle(event.target.value)}
              placeholder={t`Else what you say gives it one`}
            />
          )}
          <Controls
            microphone={microphone}
            isOn={isOn}
            onSend={() => void send()}
            onKeep={() => void close()}
          />
        </>
      )}
    </Dialog>
  );
}

function Controls({
  microphone,
  isOn,
  onSend,
  onKeep,
}: {
  microphone: Microphone;
  isOn: boolean;
  onSend: () => void;
  onKeep: () => void;
}) {
  if (!isOn) {
    return (
      <Button
        look="primary"
        size="large"
        disabled={microphone.state !== "idle"}
        onClick={() => void microphone.begin()}
      >
        <Mic aria-hidden />
        <Trans>Begin</Trans>
      </Button>
    );
  }
  const isPaused = microphone.state === "paused";
  return (
    <div className="grid grid-cols-2 gap-2 sm:grid-cols-3">
      <Button className="h-12" onClick={isPaused ? microphone.goOn : microphone.pause}>
        {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
        {isPaused ? <Trans>Go on</Trans> : <Trans>Pause</Trans>}
      </Button>
      <Button className="h-12" onClick={onKeep}>
        <Square aria-hidden />
        <Trans>Keep for later</Trans>
      </Button>
      <Button look="primary" onClick={onSend} className="h-12 max-sm:order-first max-sm:col-span-2">
        <Send aria-hidden />
        <Trans>Stop and send</Trans>
      </Button>
    </div>
  );
}

const BARS = 40;

/** How loud it is, as bars that run by; as a number for who wants no motion. */
function Level({ microphone }: { microphone: Microphone }) {
  const { t } = useLingui();
  const isStill = useRef(window.matchMedia("(prefers-reduced-motion: reduce)").matches).current;
  const [levels, setLevels] = useState<readonly number[]>(() => Array.from({ length: BARS }, () => 0));
  const { state, level } = microphone;
  useEffect(() => {
    if (state !== "recording") return;
    const ticking = window.setInterval(
      () => setLevels((before) => [...before.slice(1), level()]),
      isStill ? 500 : 60,
    );
    return () => window.clearInterval(ticking);
  }, [state, level, isStill]);
  const now = levels.at(-1) ?? 0;
  if (isStill)
    return (
      <p className="tabular">
        {t`Level`} {percent(now)}
      </p>
    );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <meter> draws one bar, and these are forty
    <div
      role="meter"
      aria-label={t`Level`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(now * 100)}
      className={cn(
        "flex h-16 w-full max-w-xs items-center justify-center gap-0.75 text-accent",
        state !== "recording" && "text-strong-line",
      )}
    >
      {levels.map((one, at) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
          key={at}
          className="w-1 rounded-full bg-current"
          style={{ height: `${Math.max(6, one * 100)}%` }}
        />
      ))}
    </div>
  );
}

/** Why there is no microphone, and what to do about it. */
function Explained({ trouble, onRetry }: { trouble: Exclude<Trouble, "full">; onRetry: () => void }) {
  const { t } = useLingui();
  const said = {
    refused: t`The microphone is not allowed on this page. Press the symbol beside the address, allow it there, and try again.`,
    missing: t`No microphone was found. Plug one in, or choose it in the settings of your system, and try again.`,
    busy: t`Another program uses the microphone. End its call or recording, and try again.`,
    unsupported: window.isSecureContext
      ? t`This browser cannot record. Use a current Firefox, Chrome, Edge or Safari, or add a file.`
      : t`Browsers give the microphone only to pages with https, or to this very machine. Ask whoever runs this server for an address with https.`,
  }[trouble];
  return (
    <div
      role="alert"
      className="flex flex-col items-center gap-4 rounded-2xl bg-sunken px-6 py-8 text-center"
    >
      <MicOff aria-hidden className="size-10 text-bad" />
      <p>{said}</p>
      <Button onClick={onRetry}>
        <Trans>Try again</Trans>
      </Button>
    </div>
  );
}
