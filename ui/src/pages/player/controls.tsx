/** What one does with a recording that plays: play, jump, faster, louder, and for pictures their own. */
import { useLingui } from "@lingui/react/macro";
import {
  Captions,
  CaptionsOff,
  Gauge,
  LoaderCircle,
  Maximize,
  Pause,
  PictureInPicture2,
  Play,
  RotateCcw,
  RotateCw,
  Volume1,
  Volume2,
  VolumeX,
} from "lucide-react";
import type { RefObject } from "react";
import { Button, IconButton } from "@/kit/button";
import { Range } from "@/kit/field";
import { Popover } from "@/kit/overlay";
import { type Playback, RATES, useDoing, useSecond } from "@/kit/playback";
import { Tip } from "@/kit/tip";
import { sayError } from "@/kit/toasts";
import { clock, number, percent } from "@/kit/words";

type ControlsProps = {
  playback: Playback;
  length: number;
  /** The picture, where there is one. */
  video: RefObject<HTMLVideoElement | null> | undefined;
  captions: { isOn: boolean; toggle: () => void } | undefined;
};

export function Controls({ playback, length, video, captions }: ControlsProps) {
  const { t } = useLingui();
  const { isPlaying, isWaiting } = useDoing(playback);
  return (
    <div className="grid grid-cols-[1fr_auto_1fr] items-center gap-2">
      <Clock playback={playback} length={length} />
      <div className="flex items-center gap-1 sm:gap-2">
        <IconButton label={t`Back 10 seconds`} keys="j" onClick={() => playback.skip(-10)}>
          <Ten icon={<RotateCcw aria-hidden className="size-7 stroke-[1.5]" />} />
        </IconButton>
        <Tip text={isPlaying ? t`Pause` : t`Play`} keys="k">
          <button
            type="button"
            aria-label={isPlaying ? t`Pause` : t`Play`}
            onClick={() => playback.toggle()}
            className="grid size-14 place-items-center rounded-full bg-accent text-on-accent shadow-card transition-transform duration-150 hover:brightness-110 active:scale-95 [&_svg]:size-6"
          >
            {isWaiting ? (
              <LoaderCircle aria-hidden className="animate-spin" />
            ) : isPlaying ? (
              <Pause aria-hidden fill="currentColor" />
            ) : (
              <Play aria-hidden fill="currentColor" className="translate-x-0.5" />
            )}
          </button>
        </Tip>
        <IconButton label={t`On 10 seconds`} keys="l" onClick={() => playback.skip(10)}>
          <Ten icon={<RotateCw aria-hidden className="size-7 stroke-[1.5]" />} />
        </IconButton>
      </div>
      <div className="flex items-center justify-end gap-0 sm:gap-1">
        <Speed playback={playback} />
        <Loudness playback={playback} />
        {captions && (
          <IconButton
            label={t`Subtitles`}
            keys="c"
            pressed={captions.isOn}
            onClick={captions.toggle}
            className="hidden sm:inline-flex"
          >
            {captions.isOn ? <Captions /> : <CaptionsOff />}
          </IconButton>
        )}
        {video && <Pictured video={video} />}
      </div>
    </div>
  );
}

function Ten({ icon }: { icon: React.ReactNode }) {
  return (
    <span aria-hidden className="relative grid place-items-center">
      {icon}
      <span className="absolute text-[0.55rem] font-bold">10</span>
    </span>
  );
}

function Clock({ playback, length }: { playback: Playback; length: number }) {
  const second = useSecond(playback);
  return (
    <p className="tabular text-sm leading-tight whitespace-nowrap" aria-hidden>
      <span className="font-medium">{clock(second)}</span>
      <span className="block text-muted sm:inline">
        <span className="hidden sm:inline"> / </span>
        {clock(length)}
      </span>
    </p>
  );
}

function Speed({ playback }: { playback: Playback }) {
  const { t } = useLingui();
  const { rate } = useDoing(playback);
  const shown = `${number(rate, { maximumFractionDigits: 2 })}×`;
  return (
    <Popover
      label={t`Speed`}
      align="end"
      className="w-56"
      trigger={
        <Button
          look="quiet"
          aria-label={t`Speed: ${shown}`}
          className="tabular min-w-12 px-2 font-semibold [&_svg]:hidden sm:[&_svg]:block"
        >
          <Gauge aria-hidden className="text-muted" />
          {shown}
        </Button>
      }
    >
      <fieldset>
        <legend className="mb-2 font-medium">{t`Speed`}</legend>
        <div className="grid grid-cols-3 gap-1.5">
          {RATES.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={Math.abs(one - rate) < 0.01}
              onClick={() => playback.setRate(one)}
              className="tabular rounded-lg border border-line py-1.5 hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:font-semibold"
            >
              {number(one)}×
            </button>
          ))}
        </div>
      </fieldset>
    </Popover>
  );
}

function Loudness({ playback }: { playback: Playback }) {
  const { t } = useLingui();
  const { volume, isMuted } = useDoing(playback);
  const shown = isMuted ? 0 : volume;
  const Icon = shown === 0 ? VolumeX : shown < 0.5 ? Volume1 : Volume2;
  return (
    <>
      <IconButton
        label={isMuted ? t`Sound on` : t`Mute`}
        keys="m"
        pressed={isMuted}
        onClick={() => playback.toggleMute()}
      >
        <Icon />
      </IconButton>
      <div className="hidden w-20 md:block lg:hidden xl:block">
        <Range
          label={t`Volume`}
          value={Math.round(shown * 100)}
          min={0}
          max={100}
          step={5}
          text={percent(shown)}
          onChange={(value) => playback.setVolume(value / 100)}
        />
      </div>
    </>
  );
}

function Pictured({ video }: { video: RefObject<HTMLVideoElement | null> }) {
  const { t } = useLingui();
  const aside = async () => {
    try {
      if (document.pictureInPictureElement) await document.exitPictureInPicture();
      else await video.current?.requestPictureInPicture();
    } catch (error) {
      sayError(error);
    }
  };
  return (
    <>
      {document.pictureInPictureEnabled && (
        <IconButton label={t`Picture beside other windows`} onClick={aside} className="hidden sm:inline-flex">
          <PictureInPicture2 />
        </IconButton>
      )}
      <IconButton
        label={t`Fill the screen`}
        onClick={() => void video.current?.requestFullscreen().catch(sayError)}
      >
        <Maximize />
      </IconButton>
    </>
  );
}
