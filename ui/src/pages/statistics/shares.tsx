/** What a year was made of: genres, people, decades, languages, and the stars given. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import type { PersonView, Statistics } from "@/api/schema";
import { Segments } from "@/kit/field";
import { duration, language, number, percent } from "@/kit/words";
import { Bars, Columns } from "./bars";
import { Chart } from "./chart";

export function Genres({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  const { genres, total, genres_known: known } = statistics;
  if (genres.length === 0) return null;
  return (
    <Chart
      title={t`Genres`}
      says={
        known < total.titles && (
          <Trans>
            A genre is known for {number(known)} of {number(total.titles)} titles; one may have several.
          </Trans>
        )
      }
      table={{
        head: [t`Genre`, t`Titles`, t`Times`, t`Time`],
        rows: genres.map((one) => [
          one.name,
          number(one.titles),
          number(one.views),
          one.minutes ? duration(one.minutes * 60) : "–",
        ]),
      }}
    >
      <Bars bars={genres.slice(0, 10).map((one) => ({ key: one.name, name: one.name, value: one.titles }))} />
    </Chart>
  );
}

type Role = PersonView["role"];

export function People({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  const names: Record<Role, string> = {
    director: t`Makers`,
    cast: t`Cast`,
    author: t`Authors`,
    channel: t`Channels`,
  };
  const roles = (["director", "cast", "author", "channel"] as const).filter((role) =>
    statistics.people.some((one) => one.role === role),
  );
  const [chosen, setChosen] = useState<Role | null>(null);
  const role = chosen && roles.includes(chosen) ? chosen : roles[0];
  if (!role) return null;
  const people = statistics.people.filter((one) => one.role === role);
  return (
    <Chart
      title={t`People`}
      table={{
        head: [names[role], t`Titles`, t`Times`],
        rows: people.map((one) => [one.name, number(one.titles), number(one.views)]),
      }}
    >
      {roles.length > 1 && (
        <div className="-mx-1 overflow-x-auto px-1">
          <Segments
            label={t`Role`}
            value={role}
            options={roles.map((one) => ({ value: one, label: names[one] }))}
            onChange={setChosen}
          />
        </div>
      )}
      <Bars
        hue={3}
        bars={people.map((one) => ({
          key: String(one.id),
          name: one.name,
          value: one.titles,
        }))}
      />
    </Chart>
  );
}

export function Decades({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  const { decades, total } = statistics;
  if (decades.length === 0) return null;
  const known = decades.reduce((sum, one) => sum + one.titles, 0);
  const before = decades.filter((one) => one.decade < 1990).reduce((sum, one) => sum + one.titles, 0);
  return (
    <Chart
      title={t`Decades`}
      says={
        <>
          <Trans>{percent(before / known)} of it is older than 1990.</Trans>{" "}
          {known < total.titles && (
            <Trans>
              The year is known for {number(known)} of {number(total.titles)} titles.
            </Trans>
          )}
        </>
      }
      table={{
        head: [t`Decade`, t`Titles`, t`Times`],
        rows: decades.map((one) => [t`${String(one.decade)}s`, number(one.titles), number(one.views)]),
      }}
    >
      <Bars
        hue={4}
        bars={decades.toReversed().map((one) => ({
          key: String(one.decade),
          name: t`${String(one.decade)}s`,
          value: one.titles,
        }))}
      />
    </Chart>
  );
}

export function Languages({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  const { languages } = statistics;
  if (languages.length === 0) return null;
  const known = languages.reduce((sum, one) => sum + one.titles, 0);
  return (
    <Chart
      title={t`Languages`}
      says={
        known < statistics.total.titles && (
          <Trans>
            Known for {number(known)} of {number(statistics.total.titles)} titles.
          </Trans>
        )
      }
      table={{
        head: [t`Language`, t`Titles`],
        rows: languages.map((one) => [language(one.language), number(one.titles)]),
      }}
    >
      <Bars
        hue={1}
        bars={languages.slice(0, 10).map((one) => ({
          key: one.language,
          name: language(one.language),
          value: one.titles,
          note: percent(one.titles / known),
        }))}
      />
    </Chart>
  );
}

export function Ratings({ statistics }: { statistics: Statistics }) {
  const { t } = useLingui();
  const { count, average, histogram } = statistics.ratings;
  if (count === 0 || average === null) return null;
  const bars = histogram.map((given, at) => ({
    key: String(at),
    name: (at + 1) % 2 === 0 ? number((at + 1) / 2) : "½",
    value: given,
  }));
  return (
    <Chart
      title={t`Stars you gave`}
      says={
        <Trans>
          <Plural value={count} one="# rating" other="# ratings" />, {number(average)} on average.
        </Trans>
      }
      table={{
        head: [t`Stars`, t`Ratings`],
        rows: histogram.map((given, at) => [number((at + 1) / 2), number(given)]),
      }}
    >
      <Columns bars={bars} label={t`Ratings from half a star to five; ${number(average)} on average`} />
    </Chart>
  );
}
