/** What a recording says in short: summary, chapters, titles it speaks of, who speaks, and how all of that was made. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { JobView, MediaDetails } from "@/api/schema";
import { cn } from "@/kit/classes";
import { KIND_ICONS } from "@/kit/kinds";
import { type Playback, useSecond } from "@/kit/playback";
import { clock, duration, language, moment, percent } from "@/kit/words";
import { useJob } from "./recording";
import { SpeakerName, speakerColour } from "./speaker";
import { useStepNames } from "./working";

type AboutProps = { media: MediaDetails; playback: Playback; onSeek: (second: number) => void };

export function About({ media, playback, onSeek }: AboutProps) {
  return (
    <div className="flex flex-col gap-7">
      <Summary media={media} />
      <Chapters media={media} playback={playback} onSeek={onSeek} />
      <Speakers media={media} />
      <Works media={media} onSeek={onSeek} />
      <Made media={media} />
    </div>
  );
}

function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <section>
      <h2 className="mb-2.5 text-sm font-semibold text-muted">{title}</h2>
      {children}
    </section>
  );
}

function Summary({ media }: { media: MediaDetails }) {
  if (!media.summary) return null;
  return (
    <Part title={<Trans>In short</Trans>}>
      <p className="font-serif text-base leading-7">{media.summary}</p>
      {media.key_points.length > 0 && (
        <ul className="mt-3 flex flex-col gap-2 text-sm text-muted">
          {media.key_points.map((point) => (
            <li key={point} className="border-l-2 border-line pl-3 leading-6">
              {point}
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function Chapters({ media, playback, onSeek }: AboutProps) {
  const second = useSecond(playback);
  if (media.chapters.length === 0) return null;
  const now = media.chapters.findLastIndex((one) => one.start_ms <= second * 1000);
  return (
    <Part title={<Trans>Chapters</Trans>}>
      <ol className="-mx-2 flex flex-col">
        {media.chapters.map((chapter, at) => (
          <li key={`${chapter.start_ms} ${chapter.title}`}>
            <button
              type="button"
              aria-current={at === now ? "true" : undefined}
              onClick={() => onSeek(chapter.start_ms / 1000)}
              className="flex w-full items-baseline gap-3 rounded-lg px-2 py-1.5 text-left text-sm hover:bg-sunken aria-[current=true]:bg-accent-soft aria-[current=true]:font-semibold"
            >
              <span className="tabular w-12 shrink-0 text-xs text-muted">
                {clock(chapter.start_ms / 1000)}
              </span>
              <span className="min-w-0 grow">{chapter.title}</span>
            </button>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function Speakers({ media }: { media: MediaDetails }) {
  const spoken = media.speakers.reduce((sum, one) => sum + one.speaking_ms, 0);
  if (media.speakers.length === 0 || spoken === 0) return null;
  return (
    <Part title={<Trans>Who speaks</Trans>}>
      <ul className="flex flex-col gap-2">
        {media.speakers.map((speaker) => {
          const share = speaker.speaking_ms / spoken;
          return (
            <li key={speaker.number}>
              <div className="flex items-center justify-between gap-2">
                <SpeakerName media={media} speaker={speaker} />
                <span className="tabular text-xs text-muted">{duration(speaker.speaking_ms / 1000)}</span>
              </div>
              <div aria-hidden className="mt-1 h-1 overflow-hidden rounded-full bg-sunken">
                <div
                  style={{ width: percentWidth(share), backgroundColor: speakerColour(speaker.number) }}
                  className="h-full rounded-full"
                />
              </div>
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

function percentWidth(share: number): string {
  return `${Math.max(2, share * 100)}%`;
}

function Works({ media, onSeek }: Omit<AboutProps, "playback">) {
  const { t } = useLingui();
  if (media.works.length === 0) return null;
  return (
    <Part title={<Trans>Titles it speaks of</Trans>}>
      <ul className="-mx-2 flex flex-col">
        {media.works.map((work) => {
          const Icon = KIND_ICONS[work.kind];
          const at = clock(work.start_ms / 1000);
          return (
            <li key={`${work.item_id} ${work.start_ms}`} className="flex items-center gap-1">
              <Link
                to="/items/$id"
                params={{ id: String(work.item_id) }}
                className="flex min-w-0 grow items-center gap-2.5 rounded-lg px-2 py-1.5 text-sm hover:bg-sunken"
              >
                <Icon aria-hidden className="size-4 shrink-0 text-muted" />
                <span className="truncate font-medium">{work.title}</span>
                <span className="tabular text-xs text-muted">{work.year}</span>
              </Link>
              <button
                type="button"
                aria-label={t`Hear ${work.title} mentioned at ${at}`}
                onClick={() => onSeek(work.start_ms / 1000)}
                className="tabular rounded-md px-2 py-1 text-xs text-accent hover:bg-sunken"
              >
                {at}
              </button>
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

/** Who heard and who wrote what stands here, so that it can be judged. */
function Made({ media }: { media: MediaDetails }) {
  const { data: job } = useJob(media.job?.id);
  const damage = media.found.damage;
  return (
    <Part title={<Trans>How it was made</Trans>}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm [&_dt]:text-muted">
        <dt>
          <Trans>From</Trans>
        </dt>
        <dd className="wrap-anywhere">{media.given}</dd>
        <dt>
          <Trans>Added</Trans>
        </dt>
        <dd>{moment(media.added_at)}</dd>
        {media.transcript && (
          <>
            <dt>
              <Trans>Words</Trans>
            </dt>
            <dd>
              <HeardBy about={media.transcript} />
            </dd>
          </>
        )}
        {media.made_by && (
          <>
            <dt>
              <Trans>Summary</Trans>
            </dt>
            <dd>
              {media.made_by === "extractive" ? (
                <Trans>Sentences of the recording itself, no language model</Trans>
              ) : (
                <Trans>Written by {media.made_by}, held against what is said</Trans>
              )}
            </dd>
          </>
        )}
        {typeof damage === "string" && (
          <>
            <dt>
              <Trans>Damage</Trans>
            </dt>
            <dd>{damage}</dd>
          </>
        )}
        {job && job.timings.length > 0 && <Timings job={job} />}
      </dl>
    </Part>
  );
}

function HeardBy({ about }: { about: NonNullable<MediaDetails["transcript"]> }) {
  const at = moment(about.made_at);
  const spoken = about.language ? language(about.language) : "";
  const sure = about.language_probability === null ? "" : percent(about.language_probability);
  if (about.origin === "captions") return <Trans>Subtitles that came with it, read on {at}</Trans>;
  return (
    <>
      {about.model ? (
        <Trans>
          Heard by {about.model} on {at}
        </Trans>
      ) : (
        <Trans>Heard on {at}</Trans>
      )}
      {spoken && sure && (
        <span className="text-muted">
          {" "}
          <Trans>
            ({spoken}, {sure} sure)
          </Trans>
        </span>
      )}
    </>
  );
}

function Timings({ job }: { job: JobView }) {
  const names = useStepNames();
  const seconds = job.timings.reduce((sum, one) => sum + one.seconds, 0);
  return (
    <>
      <dt>
        <Trans>Work</Trans>
      </dt>
      <dd>
        <details className="group/steps">
          <summary className="cursor-pointer rounded">
            <Plural value={job.timings.length} one="# step" other="# steps" />, {duration(seconds)}
          </summary>
          <ul className="mt-1.5 flex flex-col gap-0.5 text-xs">
            {job.timings.map((timing) => (
              <li key={`${timing.step} ${timing.attempt}`} className={cn("flex justify-between gap-3")}>
                <span>{names[timing.step] ?? timing.step}</span>
                <span className="tabular text-muted">{duration(timing.seconds)}</span>
              </li>
            ))}
          </ul>
        </details>
      </dd>
    </>
  );
}
