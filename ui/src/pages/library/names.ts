/** What facets and their values are called. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { KIND_PLURALS, type Kind } from "@/kit/kinds";
import { language, number } from "@/kit/words";
import type { FacetName, Sort, State } from "./search";

export const FACET_NAMES: Record<FacetName, MessageDescriptor> = {
  kind: msg`Kind`,
  state: msg`Where you stand`,
  rating: msg`Your rating`,
  genre: msg`Genre`,
  decade: msg`Decade`,
  person: msg`People`,
  language: msg`Language`,
  source: msg`Where it came from`,
};

const STATE_NAMES: Record<State, MessageDescriptor> = {
  seen: msg`Seen or read`,
  unseen: msg`Not yet`,
  started: msg`Begun`,
  saved: msg`For later`,
  rated: msg`Rated`,
  unrated: msg`Not rated`,
  liked: msg`Liked`,
  disliked: msg`Disliked`,
  hidden: msg`Hidden`,
};

export const SORT_NAMES: Record<Sort, MessageDescriptor> = {
  relevance: msg`Best match`,
  met: msg`Last met`,
  added: msg`Added`,
  title: msg`Title`,
  year: msg`Year`,
  rating: msg`Your rating`,
  duration: msg`Length`,
};

/** Services call themselves so in every language. */
const SERVICES: Record<string, string> = {
  netflix: "Netflix",
  youtube: "YouTube",
  letterboxd: "Letterboxd",
  goodreads: "Goodreads",
  storygraph: "StoryGraph",
  imdb: "IMDb",
  trakt: "Trakt",
};

/** Says what a value of a facet is called, in the language of the page. */
export function useValueName(): (facet: FacetName, value: string) => string {
  const { t } = useLingui();
  return (facet, value) => {
    if (facet === "kind") return t(KIND_PLURALS[value as Kind]);
    if (facet === "state") return t(STATE_NAMES[value as State]);
    if (facet === "decade") return t`${value}s`;
    if (facet === "language") return language(value);
    if (facet === "rating") return t`${number(Number(value))} stars`;
    if (facet !== "source") return value;
    if (value === "archive") return t`Your archive`;
    if (value === "told") return t`Told here`;
    if (value === "mediatheque") return t`Another Mediatheque`;
    return SERVICES[value] ?? value;
  };
}
