/** What speaks for a candidate and what against it, in words: the resolver names its objections, people read sentences. */
import { useLingui } from "@lingui/react/macro";
import type { Candidate, WorkView } from "@/api/schema";
import { KIND_NAMES } from "@/kit/kinds";
import { list, number } from "@/kit/words";

export type Reason = {
  /** "silent": neither for nor against; the row leaves it open. */
  side: "for" | "against" | "silent";
  text: string;
};

type Penalty = Candidate["penalties"][number];

/** Below this an objection is nearly an agreement: a year off by one. */
const NEARLY = 0.05;
/** Objections to the title itself: where there is none, it is the same. */
const OF_TITLES: ReadonlySet<string> = new Set([
  "title",
  "words",
  "number",
  "part one",
  "brand",
  "plural",
  "article",
  "cut",
  "country",
]);

export function useReasons(): (asked: WorkView, candidate: Candidate) => Reason[] {
  const { t } = useLingui();

  const people = (work: WorkView, roles: readonly string[]) =>
    list(
      (work.credits ?? [])
        .filter((credit) => roles.includes(credit.role))
        .slice(0, 2)
        .map((credit) => credit.name),
    );

  function ofPeople(penalty: Penalty, asked: WorkView, item: WorkView, roles: readonly string[]): string {
    const [ours, theirs] = [people(asked, roles), people(item, roles)];
    if (penalty.amount === 0) return t`Also by ${ours}`;
    return t`By ${theirs}, your row names ${ours}`;
  }

  function text(penalty: Penalty, asked: WorkView, item: WorkView): string {
    const isFor = penalty.amount === 0;
    const title = item.title;
    switch (penalty.name) {
      case "id":
        return t`The same number in a catalogue`;
      case "id conflict":
        return t`Another number in a catalogue`;
      case "year":
        if (isFor) return t`Also from ${String(item.year ?? "")}`;
        return t`From ${String(item.year ?? "")}, your row says ${String(asked.year ?? "")}`;
      case "author":
        return ofPeople(penalty, asked, item, ["author"]);
      case "director":
        return ofPeople(penalty, asked, item, ["director"]);
      case "creator":
        return ofPeople(penalty, asked, item, ["creator", "writer"]);
      case "channel":
        return ofPeople(penalty, asked, item, ["channel"]);
      case "cast":
        return isFor
          ? t`Also with ${people(asked, ["cast"])}`
          : t`With ${people(item, ["cast"])}, your row names ${people(asked, ["cast"])}`;
      case "runtime":
        return isFor
          ? t`Of the same length`
          : t`${number(Math.round(item.runtime_minutes ?? 0))} minutes long, your row says ${number(Math.round(asked.runtime_minutes ?? 0))}`;
      case "kind":
        return t`${t(KIND_NAMES[item.kind])}, your row reads like: ${t(KIND_NAMES[asked.kind])}`;
      case "title":
        return t`Spelt differently: “${title}”`;
      case "words":
        return t`Only one of the two has: ${penalty.detail}`;
      case "number":
        return t`Another part: “${title}”`;
      case "part one":
        return t`Only one of the two says “Part One”`;
      case "brand":
        return t`Only one of the two has a name before the title`;
      case "plural":
        return t`One is singular, the other plural`;
      case "article":
        return t`Only one of the two begins with an article`;
      case "cut":
        return t`Only one of the two has a subtitle`;
      case "country":
        return t`Maybe the version of another country`;
      case "episode":
        return t`Another episode`;
      default:
        return penalty.detail || penalty.name;
    }
  }

  return (asked, { item, penalties }) => {
    const said = penalties.map<Reason>((penalty) => ({
      side: penalty.amount <= NEARLY && !OF_TITLES.has(penalty.name) ? "for" : "against",
      text: text(penalty, asked, item),
    }));
    if (!penalties.some((penalty) => OF_TITLES.has(penalty.name))) {
      said.unshift({ side: "for", text: t`The same title` });
    }
    if (asked.year == null && item.year != null && !penalties.some(({ name }) => name === "id")) {
      said.push({ side: "silent", text: t`Your row names no year` });
    }
    return said.toSorted((one, other) => ORDER[one.side] - ORDER[other.side]);
  };
}

const ORDER = { for: 0, against: 1, silent: 2 } as const;
