/** What a recording is called, where it is from and what it is about; the title and the tags are changed in place. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Bot, ExternalLink, Pencil, Plus, X } from "lucide-react";
import { useState } from "react";
import type { MediaDetails } from "@/api/schema";
import { IconButton } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Cover } from "@/kit/cover";
import { Tip } from "@/kit/tip";
import { duration, language, shortDay } from "@/kit/words";
import { useCorrections } from "./recording";
import { RecordingMenu } from "./recording-menu";

export function Heading({ media }: { media: MediaDetails }) {
  return (
    <header className="flex items-start gap-4 sm:gap-6">
      <div className="hidden w-24 shrink-0 sm:block lg:w-28">
        {media.thumbnail ? (
          <img
            src={media.thumbnail}
            alt=""
            className={cn(
              "w-full rounded-card object-cover shadow-card",
              media.has_video ? "aspect-square" : "aspect-auto",
            )}
          />
        ) : (
          <Cover title={media.title} kind={media.has_video ? "video" : "audio"} by={media.by} />
        )}
      </div>
      <div className="min-w-0 grow">
        <div className="flex items-start justify-between gap-2">
          <Title media={media} />
          <RecordingMenu media={media} />
        </div>
        <Facts media={media} />
        <Tags media={media} />
      </div>
    </header>
  );
}

function Title({ media }: { media: MediaDetails }) {
  const { t } = useLingui();
  const { rename } = useCorrections(media);
  const [draft, setDraft] = useState<string>();
  const end = (isKept: boolean) => {
    const title = draft?.trim();
    setDraft(undefined);
    if (isKept && title && title !== media.title) void rename(title);
  };
  if (draft !== undefined) {
    return (
      <input
        aria-label={t`Title`}
        // biome-ignore lint/a11y/noAutofocus: who asked to change the title is about to type
        autoFocus
        value={draft}
        maxLength={300}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={() => end(true)}
        onFocus={(event) => event.target.select()}
        onKeyDown={(event) => {
          if (event.key === "Enter") end(true);
          if (event.key === "Escape") end(false);
        }}
        className="-mx-2 w-full rounded-xl border border-strong-line/60 bg-surface px-2 font-display text-2xl font-semibold tracking-tight sm:text-4xl"
      />
    );
  }
  return (
    <div className="group/title flex min-w-0 items-start gap-1">
      <h1 className="text-2xl leading-tight font-semibold wrap-anywhere sm:text-4xl">{media.title}</h1>
      <IconButton
        label={t`Change the title`}
        size="small"
        onClick={() => setDraft(media.title)}
        className="mt-0.5 text-base text-muted opacity-0 group-hover/title:opacity-100 focus-visible:opacity-100 sm:mt-1.5 pointer-coarse:opacity-100"
      >
        <Pencil />
      </IconButton>
    </div>
  );
}

function Facts({ media }: { media: MediaDetails }) {
  const spoken = media.transcript?.language ?? media.language;
  const facts = [
    media.by && <span key="by">{media.by}</span>,
    <When key="when" media={media} />,
    media.duration_ms !== null && <span key="long">{duration(media.duration_ms / 1000)}</span>,
    spoken && <span key="spoken">{language(spoken)}</span>,
    media.link && (
      <a
        key="link"
        href={media.link}
        target="_blank"
        rel="noreferrer"
        className="inline-flex items-center gap-1 rounded underline decoration-line underline-offset-4 hover:decoration-current"
      >
        {siteOf(media.link)}
        <ExternalLink aria-hidden className="size-3.5" />
      </a>
    ),
    media.item_id !== null && (
      <Link
        key="item"
        to="/items/$id"
        params={{ id: String(media.item_id) }}
        className="rounded underline decoration-line underline-offset-4 hover:decoration-current"
      >
        <Trans>In your library</Trans>
      </Link>
    ),
  ].filter(Boolean);
  return (
    <p className="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted [&>*:not(:last-child)]:after:ml-2 [&>*:not(:last-child)]:after:inline-block [&>*:not(:last-child)]:after:text-strong-line [&>*:not(:last-child)]:after:content-['·']">
      {facts}
    </p>
  );
}

function When({ media }: { media: MediaDetails }) {
  const published = media.published_at && !Number.isNaN(Date.parse(media.published_at));
  if (published)
    return <time dateTime={media.published_at ?? undefined}>{shortDay(media.published_at ?? 0)}</time>;
  const added = shortDay(media.added_at);
  return (
    <time dateTime={media.added_at}>
      <Trans>Added {added}</Trans>
    </time>
  );
}

function siteOf(link: string): string {
  return URL.canParse(link) ? new URL(link).hostname.replace(/^www\./, "") : link;
}

function Tags({ media }: { media: MediaDetails }) {
  const { t } = useLingui();
  const { retag } = useCorrections(media);
  const [draft, setDraft] = useState<string>();
  const add = () => {
    const name = draft?.trim();
    setDraft(undefined);
    if (name && !media.tags.some((tag) => tag.toLowerCase() === name.toLowerCase())) void retag(name, true);
  };
  return (
    <ul aria-label={t`Tags`} className="mt-3 flex flex-wrap items-center gap-1.5">
      {media.all_tags.map(({ name, by }) => (
        <li
          key={name}
          className="group/tag inline-flex h-7 items-center gap-1 rounded-full bg-sunken pr-1 pl-2.5 text-xs"
        >
          {by === "machine" && (
            <Tip text={t`Found in what is said`}>
              <Bot aria-hidden className="size-3 text-muted" />
            </Tip>
          )}
          {name}
          <button
            type="button"
            aria-label={t`Take the tag ${name} off`}
            onClick={() => void retag(name, false)}
            className="grid size-5 place-items-center rounded-full text-muted hover:bg-line hover:text-ink"
          >
            <X aria-hidden className="size-3" />
          </button>
        </li>
      ))}
      <li>
        {draft === undefined ? (
          <button
            type="button"
            onClick={() => setDraft("")}
            className="inline-flex h-7 items-center gap-1 rounded-full border border-dashed border-strong-line/60 px-2.5 text-xs text-muted hover:text-ink"
          >
            <Plus aria-hidden className="size-3" />
            <Trans>Tag</Trans>
          </button>
        ) : (
          <input
            aria-label={t`New tag`}
            // biome-ignore lint/a11y/noAutofocus: who asked for a tag is about to type it
            autoFocus
            value={draft}
            maxLength={64}
            placeholder={t`New tag`}
            onChange={(event) => setDraft(event.target.value)}
            onBlur={add}
            onKeyDown={(event) => {
              if (event.key === "Enter") add();
              if (event.key === "Escape") setDraft(undefined);
            }}
            className="h-7 w-32 rounded-full border border-strong-line/60 bg-surface px-2.5 text-base sm:text-xs"
          />
        )}
      </li>
    </ul>
  );
}
