/** The dialog that makes a picture of a year, to be kept or passed on. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Download, Image as ImageIcon, Share2 } from "lucide-react";
import { useEffect, useState } from "react";
import type { Statistics } from "@/api/schema";
import { Button } from "@/kit/button";
import { Segments, Switch } from "@/kit/field";
import { Dialog } from "@/kit/overlay";
import { Skeleton } from "@/kit/states";
import { say, sayError } from "@/kit/toasts";
import { number } from "@/kit/words";
import { isTimed } from "./data";
import { drawn, HEIGHT, LOOKS, WIDTH, type Words } from "./picture";

export function Share({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  return (
    <Dialog
      title={t`A picture to share`}
      description={t`It is drawn on this device. Nobody sees it before you pass it on.`}
      className="sm:max-w-2xl"
      trigger={
        <Button className="border-0 bg-on-accent text-accent hover:bg-on-accent/90">
          <ImageIcon aria-hidden />
          <Trans>Make a picture</Trans>
        </Button>
      }
    >
      <Making statistics={statistics} />
    </Dialog>
  );
}

function Making({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  const [look, setLook] = useState<keyof typeof LOOKS>("vermilion");
  const [withTitles, setWithTitles] = useState(true);
  const words = useWords(statistics);
  const [picture, setPicture] = useState<{ blob: Blob; url: string } | null>(null);
  const written = JSON.stringify(words);
  useEffect(() => {
    let isOver = false;
    let made: string | null = null;
    drawn(statistics, JSON.parse(written) as Words, LOOKS[look], withTitles)
      .then((blob) => {
        if (isOver) return;
        made = URL.createObjectURL(blob);
        setPicture({ blob, url: made });
      })
      .catch(sayError);
    return () => {
      isOver = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [statistics, written, look, withTitles]);
  const name = `mediatheque-${statistics.year ?? "all"}.png`;
  const file = picture && new File([picture.blob], name, { type: "image/png" });
  const canShare =
    file !== null && typeof navigator.canShare === "function" && navigator.canShare({ files: [file] });
  const pass = async () => {
    if (!file) return;
    try {
      await navigator.share({ files: [file], title: words.title });
    } catch (error) {
      // Who closes the system's dialog has changed their mind.
      if (!(error instanceof DOMException && error.name === "AbortError")) sayError(error);
    }
  };
  const alt = `${words.title}: ${words.big} ${words.unit}, ${words.tiles.map(([value, name]) => `${value} ${name}`).join(", ")}`;
  return (
    <div className="grid gap-6 sm:grid-cols-[minmax(0,1fr)_15rem]">
      <div
        className="overflow-hidden rounded-2xl border border-line"
        style={{ aspectRatio: `${WIDTH} / ${HEIGHT}` }}
      >
        {picture ? (
          <img src={picture.url} alt={alt} className="size-full" />
        ) : (
          <Skeleton className="size-full" />
        )}
      </div>
      <div className="flex flex-col gap-5">
        <div className="flex flex-col gap-2">
          <p className="text-sm font-medium">
            <Trans>Colours</Trans>
          </p>
          <Segments
            label={t`Colours`}
            value={look}
            options={[
              { value: "vermilion", label: t`Red` },
              { value: "paper", label: t`Paper` },
              { value: "ink", label: t`Night` },
            ]}
            onChange={setLook}
            className="self-start"
          />
        </div>
        <Switch
          label={t`With titles`}
          hint={<Trans>Else it names genres, and nothing of what you watched.</Trans>}
          checked={withTitles}
          onChange={setWithTitles}
        />
        <div className="mt-auto flex flex-col gap-2">
          {canShare && (
            <Button look="primary" onClick={() => void pass()}>
              <Share2 aria-hidden />
              <Trans>Share</Trans>
            </Button>
          )}
          <Button asChild look={canShare ? "plain" : "primary"} aria-disabled={!picture}>
            <a href={picture?.url} download={name} onClick={() => say(t`The picture is saved.`)}>
              <Download aria-hidden />
              <Trans>Download</Trans>
            </a>
          </Button>
        </div>
      </div>
    </div>
  );
}

function useWords(statistics: Statistics): Words {
  const { t } = useLingui();
  const { total, longest, year } = statistics;
  const timed = isTimed(statistics);
  const hours = Math.round(total.minutes / 60);
  return {
    title: year === null ? t`All my years` : t`My ${String(year)}`,
    big: number(timed ? hours : total.views),
    unit: timed ? t`hours` : t`views`,
    tiles: [
      [number(total.titles), t`titles`],
      [number(total.days), t`days`],
      [number(longest?.days ?? 0), t`days in a row`],
    ],
    mostOf: t`Most of all`,
  };
}
