/** Who made a title and who is in it; each leads into the graph. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { CreditedPerson } from "@/api/schema";
import { Button } from "@/kit/button";

export const ROLES: Record<CreditedPerson["role"], MessageDescriptor> = {
  director: msg`Direction`,
  creator: msg`Creation`,
  writer: msg`Script`,
  author: msg`Author`,
  cast: msg`Cast`,
  narrator: msg`Narrator`,
  channel: msg`Channel`,
};

/** More than these are asked for. */
const FIRST = 8;

export function People({ people }: { people: readonly CreditedPerson[] }) {
  const { t } = useLingui();
  const [isWhole, setWhole] = useState(false);
  if (people.length === 0) return null;
  const shown = isWhole ? people : people.slice(0, FIRST);
  return (
    <section aria-labelledby="people">
      <h2 id="people" className="text-xl font-semibold">
        <Trans>People</Trans>
      </h2>
      <ul className="mt-3 grid gap-1 sm:grid-cols-2 xl:grid-cols-1 2xl:grid-cols-2">
        {shown.map((person) => (
          <li key={`${person.id}:${person.role}:${person.character ?? ""}`}>
            <Link
              to="/graph"
              search={{ node: `person:${person.id}` }}
              className="group flex items-center gap-3 rounded-xl p-2 hover:bg-sunken"
            >
              <span
                aria-hidden
                className="grid size-10 shrink-0 place-items-center rounded-full bg-sunken font-display text-sm font-semibold text-muted group-hover:bg-accent-soft group-hover:text-accent"
              >
                {initials(person.name)}
              </span>
              <span className="min-w-0">
                <span className="block truncate font-medium">{person.name}</span>
                <span className="block truncate text-sm text-muted">
                  {person.character ?? t(ROLES[person.role])}
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {people.length > FIRST && (
        <Button
          look="quiet"
          size="small"
          className="mt-2"
          onClick={() => setWhole(!isWhole)}
          aria-expanded={isWhole}
        >
          {isWhole ? <Trans>Fewer</Trans> : <Trans>All {people.length}</Trans>}
        </Button>
      )}
    </section>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => word?.charAt(0) ?? "")
    .join("");
}
