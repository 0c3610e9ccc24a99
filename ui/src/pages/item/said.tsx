/** What is known of a title and who says so: whom we believe first, then whoever says otherwise. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ChevronDown } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { FieldView } from "@/api/schema";
import { IconButton } from "@/kit/button";
import { cn } from "@/kit/classes";
import { sourceName } from "@/kit/source-names";
import { duration, language, list, number } from "@/kit/words";
import { ROLES } from "./people";

const NAMES: Record<string, MessageDescriptor> = {
  ...ROLES,
  title: msg`Title`,
  original_title: msg`Original title`,
  alternative_titles: msg`Other titles`,
  year: msg`Year`,
  language: msg`Language`,
  genres: msg`Genres`,
  runtime_minutes: msg`Length`,
  pages: msg`Pages`,
  series: msg`Series`,
  series_position: msg`Part`,
  based_on: msg`Made from`,
  minimum_age: msg`Age`,
  services: msg`Where it streams`,
  average_rating: msg`Average rating`,
  description: msg`Description`,
  external_ids: msg`Numbers elsewhere`,
};

export function Said({ fields }: { fields: readonly FieldView[] }) {
  if (fields.length === 0) return null;
  const sources = new Set(fields.flatMap((field) => field.said.map((one) => one.source)));
  return (
    <section aria-labelledby="said" className="min-w-0">
      <h2 id="said" className="text-xl font-semibold sm:text-2xl">
        <Trans>What is known, and who says so</Trans>
      </h2>
      <p className="mt-0.5 text-sm text-muted">
        <Plural
          value={sources.size}
          one="By # source"
          other="By # sources; where they differ, the first is believed"
        />
      </p>
      <div className="mt-4 overflow-hidden rounded-2xl border border-line bg-surface">
        <table className="w-full table-fixed text-sm">
          <caption className="sr-only">
            <Trans>What is known, what it is, and who says so</Trans>
          </caption>
          <colgroup>
            <col className="w-28 sm:w-44" />
            <col />
            <col className="hidden w-56 sm:table-column" />
            <col className="w-12" />
          </colgroup>
          <tbody className="divide-y divide-line">
            {fields.map((field) => (
              <Known key={field.name} field={field} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Known({ field }: { field: FieldView }) {
  const { t } = useLingui();
  const [isOpen, setOpen] = useState(false);
  const [first, ...rest] = field.said;
  if (!first) return null;
  const name = NAMES[field.name] ? t(NAMES[field.name] as MessageDescriptor) : field.name;
  const others = rest.filter((one) => written(field.name, one.value) !== written(field.name, first.value));
  const agreeing = [first, ...rest.filter((one) => !others.includes(one))];
  return (
    <>
      <tr className="align-top">
        <th scope="row" className="px-4 py-3 text-left font-medium text-muted">
          {name}
        </th>
        <td className="py-3 pr-4 wrap-anywhere">
          <Value field={field.name} value={first.value} />
          <span className="mt-1 block text-xs text-muted sm:hidden">{by(agreeing)}</span>
        </td>
        <td className="hidden py-3 pr-2 text-muted sm:table-cell">{by(agreeing)}</td>
        <td className="py-1.5 pr-2 text-right">
          {(others.length > 0 || rest.length > 0) && (
            <IconButton
              size="small"
              label={t`Who says what of: ${name}`}
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
              className={cn("text-muted", others.length > 0 && "text-accent")}
            >
              <ChevronDown className={cn("transition-transform", isOpen && "rotate-180")} />
            </IconButton>
          )}
        </td>
      </tr>
      {isOpen && (
        <tr className="bg-sunken/60">
          <td colSpan={4} className="px-4 py-3">
            <dl className="grid gap-x-4 gap-y-2 sm:grid-cols-[10rem_minmax(0,1fr)]">
              {field.said.map((one, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a source may say two things, and they never change places.
                <Otherwise key={at} source={one.source}>
                  <Value field={field.name} value={one.value} />
                </Otherwise>
              ))}
            </dl>
            <p className="mt-3 max-w-prose text-xs text-muted">
              {field.is_united ? (
                <Trans>All that is said counts: {field.why}.</Trans>
              ) : (
                <Trans>Believed in this order, because {field.why}.</Trans>
              )}
            </p>
          </td>
        </tr>
      )}
    </>
  );
}

function Otherwise({ source, children }: { source: string; children: ReactNode }) {
  return (
    <>
      <dt className="font-medium">{sourceName(source)}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </>
  );
}

function by(those: FieldView["said"]): string {
  return list([...new Set(those.map((one) => sourceName(one.source)))]);
}

function Value({ field, value }: { field: string; value: FieldView["said"][number]["value"] }) {
  return (
    <span className={field === "description" ? "line-clamp-6" : undefined}>{written(field, value)}</span>
  );
}

function written(field: string, value: FieldView["said"][number]["value"]): string {
  if (Array.isArray(value)) return value.join(field === "based_on" ? "; " : ", ");
  if (typeof value === "string") return field === "language" ? language(value) : value;
  if (field === "year") return String(value);
  if (field === "runtime_minutes") return duration(value * 60);
  return number(value, { maximumFractionDigits: 2 });
}
