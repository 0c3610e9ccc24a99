/** What would go with an account, counted, so that nobody has to guess. */
import { Plural, Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { BelongingsView } from "@/api/schema";
import { bytes, duration } from "@/kit/words";

export function Belongings({ of }: { of: BelongingsView }) {
  const lines: [number, ReactNode][] = [
    [
      of.events,
      <Plural key="e" value={of.events} one="# thing that was done" other="# things that were done" />,
    ],
    [of.ratings, <Plural key="r" value={of.ratings} one="# rating" other="# ratings" />],
    [
      of.saved,
      <Plural key="s" value={of.saved} one="# title kept for later" other="# titles kept for later" />,
    ],
    [of.imports, <Plural key="i" value={of.imports} one="# import" other="# imports" />],
    [of.records, <Plural key="rec" value={of.records} one="# row of exports" other="# rows of exports" />],
    [
      of.own_items,
      <Plural
        key="o"
        value={of.own_items}
        one="# title that nobody else has"
        other="# titles that nobody else has"
      />,
    ],
    [
      of.answers,
      <Plural key="a" value={of.answers} one="# answer in the review" other="# answers in the review" />,
    ],
    [
      of.recordings,
      <span key="m">
        <Plural value={of.recordings} one="# recording" other="# recordings" />
        {of.recorded_minutes > 0 && `, ${duration(of.recorded_minutes * 60)}, ${bytes(of.bytes)}`}
      </span>,
    ],
    [
      of.corrections,
      <Plural key="c" value={of.corrections} one="# corrected line" other="# corrected lines" />,
    ],
    [of.voices, <Plural key="v" value={of.voices} one="# named voice" other="# named voices" />],
    [of.tags, <Plural key="t" value={of.tags} one="# tag" other="# tags" />],
    [of.threads, <Plural key="th" value={of.threads} one="# conversation" other="# conversations" />],
    [
      of.shown_lists,
      <Plural
        key="l"
        value={of.shown_lists}
        one="# list of recommendations"
        other="# lists of recommendations"
      />,
    ],
    [of.api_keys, <Plural key="k" value={of.api_keys} one="# API key" other="# API keys" />],
  ];
  const there = lines.filter(([count]) => count > 0);
  if (there.length === 0)
    return (
      <p className="text-sm text-muted">
        <Trans>Nothing but the name and the password.</Trans>
      </p>
    );
  return (
    <ul className="grid gap-x-8 gap-y-1.5 text-sm sm:grid-cols-2">
      {there.map(([, line], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
        <li key={at} className="flex items-center gap-2.5">
          <span aria-hidden className="size-1.5 shrink-0 rounded-full bg-bad" />
          {line}
        </li>
      ))}
    </ul>
  );
}
