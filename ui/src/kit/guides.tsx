/** Where people find the exports of their services: the way there in steps, and which file to bring. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { ChevronDown, ExternalLink, FileDown } from "lucide-react";
import { sourceOf } from "./sources";

type Guide = {
  /** The importer that reads it. */
  source: string;
  /** Where it begins; none: inside this page. */
  address?: string;
  steps: readonly MessageDescriptor[];
  /** What arrives. */
  file: MessageDescriptor;
  /** How long the service takes, where it takes its time. */
  wait?: MessageDescriptor;
};

export const GUIDES: readonly Guide[] = [
  {
    source: "netflix",
    address: "https://www.netflix.com/viewingactivity",
    steps: [
      msg`Open your account, choose your profile, then “Viewing activity”.`,
      msg`At the very end of the list, choose “Download all”.`,
      msg`For the ratings and lists of every profile, ask for “Your personal information” in the account instead.`,
    ],
    file: msg`NetflixViewingHistory.csv, or the ZIP with your personal information`,
    wait: msg`The list comes at once, the personal information within some days.`,
  },
  {
    source: "youtube",
    address: "https://takeout.google.com/",
    steps: [
      msg`Choose “Deselect all”, then only “YouTube and YouTube Music”.`,
      msg`Under “Multiple formats”, set the history to JSON.`,
      msg`Create the export, and download it when the mail comes.`,
    ],
    file: msg`takeout-….zip, as it is`,
    wait: msg`Mostly some minutes, sometimes a day.`,
  },
  {
    source: "letterboxd",
    address: "https://letterboxd.com/settings/data/",
    steps: [msg`Open “Settings”, then “Data”.`, msg`Choose “Export your data”.`],
    file: msg`letterboxd-….zip, as it is`,
  },
  {
    source: "goodreads",
    address: "https://www.goodreads.com/review/import",
    steps: [
      msg`On a computer, open “My Books”, then “Import and export”.`,
      msg`Choose “Export library”, and wait for the link above it.`,
    ],
    file: msg`goodreads_library_export.csv`,
  },
  {
    source: "imdb",
    address: "https://www.imdb.com/list/ratings",
    steps: [
      msg`Open “Your ratings”, or your watchlist.`,
      msg`Choose “Export”, then download the file from your exports.`,
    ],
    file: msg`A CSV for the ratings, another for the watchlist`,
  },
  {
    source: "storygraph",
    address: "https://app.thestorygraph.com/user-export",
    steps: [msg`Open “Manage account”, then “Manage your data”.`, msg`Choose “Export StoryGraph library”.`],
    file: msg`A CSV`,
  },
  {
    source: "trakt",
    address: "https://trakt.tv/settings/data",
    steps: [msg`Open “Settings”, then “Data”.`, msg`Choose “Export now”.`],
    file: msg`A ZIP of JSON files, as it is`,
  },
  {
    source: "mediatheque",
    steps: [msg`In the other Mediatheque, open “Settings”, and export your data.`],
    file: msg`A ZIP, as it is`,
  },
];

/** Every guide, each behind its service's name; `source` has its guide open. */
export function Guides({ source }: { source?: string }) {
  return (
    <ul className="grid items-start gap-3 sm:grid-cols-2">
      {GUIDES.map((guide) => (
        <li key={guide.source}>
          <GuideCard guide={guide} isOpen={guide.source === source} />
        </li>
      ))}
    </ul>
  );
}

function GuideCard({ guide, isOpen }: { guide: Guide; isOpen: boolean }) {
  const { t } = useLingui();
  const { name, holds } = sourceOf(guide.source);
  return (
    <details open={isOpen} className="group rounded-2xl border border-line bg-surface">
      <summary className="flex cursor-pointer list-none items-center gap-3 rounded-2xl p-3 pr-4 [&::-webkit-details-marker]:hidden">
        <SourceMark source={guide.source} />
        <span className="min-w-0 grow">
          <span className="block font-medium">{name}</span>
          <span className="block truncate text-sm text-muted first-letter:uppercase">{t(holds)}</span>
        </span>
        <ChevronDown
          aria-hidden
          className="size-4 shrink-0 text-muted transition-transform group-open:rotate-180"
        />
      </summary>
      <div className="flex flex-col gap-3 px-4 pb-4 text-sm">
        <ol className="flex list-decimal flex-col gap-1.5 pl-5 marker:font-semibold marker:text-accent">
          {guide.steps.map((step) => (
            <li key={step.id}>{t(step)}</li>
          ))}
        </ol>
        <p className="flex items-start gap-2 text-muted">
          <FileDown aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span>
            {t(guide.file)}
            {guide.wait && (
              <>
                {". "}
                {t(guide.wait)}
              </>
            )}
          </span>
        </p>
        {guide.address && (
          <a
            href={guide.address}
            target="_blank"
            rel="noreferrer"
            className="inline-flex items-center gap-1.5 self-start rounded-md font-medium text-accent underline-offset-4 hover:underline"
          >
            <Trans>Go there</Trans>
            <ExternalLink aria-hidden className="size-3.5" />
            <span className="sr-only">
              <Trans>({name}, in a new tab)</Trans>
            </span>
          </a>
        )}
      </div>
    </details>
  );
}

/** A service's initial in one of the page's own colours: its logo is not ours to show. */
export function SourceMark({ source }: { source: string }) {
  const { name } = sourceOf(source);
  const hue =
    (Math.max(
      GUIDES.findIndex((guide) => guide.source === source),
      0,
    ) %
      7) +
    1;
  return (
    <span
      aria-hidden
      className="grid size-10 shrink-0 place-items-center rounded-xl font-display text-lg font-bold"
      style={{
        color: `var(--hue-${hue})`,
        backgroundColor: `color-mix(in oklab, var(--hue-${hue}) 14%, transparent)`,
      }}
    >
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}
