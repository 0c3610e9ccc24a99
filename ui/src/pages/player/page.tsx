/** One recording: heard, read along, corrected, and understood. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, AudioLines, Copy } from "lucide-react";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { ApiProblem } from "@/api/client";
import type { LineView, MediaDetails } from "@/api/schema";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Segments } from "@/kit/field";
import { usePlayback } from "@/kit/playback";
import { useShortcuts } from "@/kit/shortcuts";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { About } from "./about";
import { Deck } from "./deck";
import { Find } from "./find";
import { Heading } from "./heading";
import { linesWith } from "./paragraphs";
import { Parts } from "./parts";
import { isOver, linesQuery, recordingQuery, useWork } from "./recording";
import { playerRoute } from "./routes";
import { Transcript } from "./transcript";
import { Working } from "./working";

export default function Player() {
  const { t } = useLingui();
  const id = Number(playerRoute.useParams().id);
  const { data: media, error, refetch } = useQuery(recordingQuery(id));
  useTitle(media?.title ?? t`Recording`);
  if (error instanceof ApiProblem && [404, 422].includes(error.status) && !media) return <Gone />;
  if (error && !media) return <Failed error={error} onRetry={() => void refetch()} className="my-16" />;
  return (
    <div className="mx-auto max-w-6xl">
      <Link
        to="/archive"
        className="mb-4 inline-flex items-center gap-1.5 rounded text-sm text-muted hover:text-ink"
      >
        <ArrowLeft aria-hidden className="size-4" />
        <Trans>Archive</Trans>
      </Link>
      {!media ? <Waiting /> : media.is_list ? <Parts media={media} /> : <Recording key={id} media={media} />}
    </div>
  );
}

function Gone() {
  const { t } = useLingui();
  return (
    <Empty
      icon={<AudioLines />}
      title={t`There is no such recording in your archive`}
      action={
        <Button asChild look="primary">
          <Link to="/archive">
            <Trans>To the archive</Trans>
          </Link>
        </Button>
      }
    >
      <Trans>It may have been deleted, or be somebody else’s.</Trans>
    </Empty>
  );
}

/** Everything at its place while the recording is asked for. */
function Waiting() {
  return (
    <div aria-busy className="flex flex-col gap-6">
      <div className="flex gap-6">
        <Skeleton className="hidden aspect-2/3 w-28 rounded-card sm:block" />
        <div className="grow">
          <Skeleton className="h-10 w-2/3" />
          <Skeleton className="mt-3 h-4 w-1/2" />
          <Skeleton className="mt-4 h-7 w-3/4 rounded-full" />
        </div>
      </div>
      <Skeleton className="h-40 rounded-2xl" />
      <div className="flex flex-col gap-3">
        {[0, 1, 2, 3, 4, 5].map((row) => (
          <Skeleton key={row} className="h-6" />
        ))}
      </div>
    </div>
  );
}

type View = "words" | "about";

function Recording({ media }: { media: MediaDetails }) {
  const { t } = useLingui();
  const search = playerRoute.useSearch();
  const playback = usePlayback();
  const told = useWork(media);
  const { data: lines, error, refetch } = useQuery(linesQuery(media.id));
  const [view, setView] = useState<View>("words");
  const { bar, above } = useStuck();
  const finding = useFinding(lines, search.find ?? "");
  const seek = useCallback((second: number) => playback.seek(second), [playback]);
  const begin = search.t;
  useEffect(() => {
    if (begin !== undefined) playback.seek(begin);
  }, [begin, playback]);
  // Addresses name whole seconds, and a line begins within one: at its very beginning the line before is still said.
  const line = lines?.find(
    ({ start_ms: at }) => begin !== undefined && Math.floor(at / 1000) === Math.floor(begin),
  );
  const exactly = line && line.start_ms / 1000 + 0.02;
  useEffect(() => {
    if (exactly !== undefined && begin !== undefined && Math.abs(playback.second() - begin) < 0.01)
      playback.seek(Math.max(begin, exactly));
  }, [begin, exactly, playback]);

  return (
    <>
      <Heading media={media} />
      <Alike media={media} />
      <div className="mt-6 grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_18.5rem]">
        <div className="min-w-0">
          <div className="flex flex-col gap-4 empty:hidden has-[>*]:mb-4">
            <Working media={media} told={told} />
          </div>
          <div
            ref={bar}
            className="sticky top-14 z-20 -mx-4 bg-paper/90 px-4 pb-3 backdrop-blur sm:-mx-1 sm:px-1 lg:top-0 lg:pt-3"
          >
            <Deck media={media} playback={playback} hits={finding.seconds} onSeek={seek} />
            <div className="mt-3 flex items-center gap-2">
              <Segments<View>
                label={t`What to look at`}
                value={view}
                options={[
                  { value: "words", label: t`Words` },
                  { value: "about", label: t`About` },
                ]}
                onChange={setView}
                className="shrink-0 lg:hidden"
              />
              {lines && lines.length > 0 && (
                <Find
                  {...finding.field}
                  onWant={(text) => {
                    setView("words");
                    finding.field.onWant(text);
                  }}
                />
              )}
            </div>
          </div>
          <div className={cn("mt-3", view === "about" && "hidden lg:block")}>
            {error && !lines ? (
              <Failed error={error} onRetry={() => void refetch()} />
            ) : lines && lines.length > 0 ? (
              <Transcript
                media={media}
                lines={lines}
                playback={playback}
                wanted={finding.sought}
                hit={finding.hit}
                above={above}
                onSeek={seek}
              />
            ) : (
              <NoWords media={media} isLoading={!lines} />
            )}
          </div>
        </div>
        <aside
          aria-label={t`About this recording`}
          className={cn(
            "lg:sticky lg:top-6 lg:block lg:max-h-[calc(100dvh-3rem)] lg:self-start lg:overflow-y-auto lg:pr-1",
            view === "words" && "hidden",
          )}
        >
          <About media={media} playback={playback} onSeek={seek} />
        </aside>
      </div>
    </>
  );
}

/** What is looked for inside: where it is said, and which of these places one is at. */
function useFinding(lines: readonly LineView[] | undefined, first: string) {
  const { t } = useLingui();
  const field = useRef<HTMLInputElement>(null);
  const [wanted, setWanted] = useState(first);
  const [at, setAt] = useState(0);
  const sought = useDeferredValue(wanted);
  const hits = useMemo(() => linesWith(lines ?? [], sought), [lines, sought]);
  const seconds = useMemo(
    () => hits.slice(0, 500).map((hit) => (lines?.[hit]?.start_ms ?? 0) / 1000),
    [hits, lines],
  );
  useShortcuts([{ keys: "f", name: t`Find in what is said`, run: () => field.current?.focus() }]);
  return {
    seconds,
    hit: hits[at],
    sought,
    field: {
      field,
      wanted,
      count: hits.length,
      at,
      onWant: (text: string) => {
        setWanted(text);
        setAt(0);
      },
      onMove: (by: 1 | -1) => hits.length > 0 && setAt((at + by + hits.length) % hits.length),
    },
  };
}

/** Up to where the player covers what scrolls beneath it. */
function useStuck() {
  const bar = useRef<HTMLDivElement>(null);
  const [above, setAbove] = useState(0);
  useEffect(() => {
    const element = bar.current;
    if (!element) return undefined;
    const look = () =>
      setAbove(element.offsetHeight + Number.parseFloat(getComputedStyle(element).top || "0"));
    const observer = new ResizeObserver(look);
    observer.observe(element);
    window.addEventListener("resize", look);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", look);
    };
  }, []);
  return { bar, above };
}

function NoWords({ media, isLoading }: { media: MediaDetails; isLoading: boolean }) {
  const { t } = useLingui();
  if (isLoading || (!isOver(media.job) && !media.transcript)) {
    return (
      <div aria-busy className="flex flex-col gap-3 py-3">
        {!isLoading && (
          <p className="text-sm text-muted">
            <Trans>What is said appears here as soon as it is written down.</Trans>
          </p>
        )}
        {["w-full", "w-11/12", "w-4/5", "w-full", "w-2/3"].map((width, at) => (
          <Skeleton key={`${width} ${at.toString()}`} className={cn("h-6", width)} />
        ))}
      </div>
    );
  }
  return (
    <Empty
      icon={<AudioLines />}
      title={media.transcript ? t`Nothing is said in it` : t`Nobody has listened to it yet`}
      className="py-10"
    >
      {media.transcript ? (
        <Trans>
          No speech was found. If there is some, say which language it is in and let it be heard again: More,
          Work on it again.
        </Trans>
      ) : (
        <Trans>Its words come with the work on it; try that again above, or in the menu.</Trans>
      )}
    </Empty>
  );
}

/** That it is, or may be, the same as another recording. */
function Alike({ media }: { media: MediaDetails }) {
  const style =
    "mt-5 flex items-center gap-3 rounded-2xl border border-line bg-surface px-4 py-3 text-sm [&_a]:underline [&_a]:underline-offset-4";
  if (media.duplicate_of !== null) {
    return (
      <p className={style}>
        <Copy aria-hidden className="size-4 shrink-0 text-muted" />
        <span>
          <Trans>
            This is the same as{" "}
            <Link to="/archive/$id" params={{ id: String(media.duplicate_of) }}>
              a recording that was here before
            </Link>
            .
          </Trans>
        </span>
      </p>
    );
  }
  if (media.pairs.length === 0) return null;
  return (
    <p className={style}>
      <Copy aria-hidden className="size-4 shrink-0 text-warn" />
      <span>
        <Trans>
          It sounds like another recording. <Link to="/archive/duplicates">Are they the same?</Link>
        </Trans>
      </span>
    </p>
  );
}
