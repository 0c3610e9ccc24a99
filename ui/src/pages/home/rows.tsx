/** A row of titles with one reason for all of them, and what each card says below its cover. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { HomeCard, ItemView, RowOfTitles } from "@/api/schema";
import { ItemCard } from "@/kit/item-card";
import { Shelf } from "@/kit/shelf";
import { Why } from "@/kit/why";
import { ago, language, list } from "@/kit/words";

export function Row({ row, without }: { row: RowOfTitles; without?: number | undefined }) {
  const { heading, note } = useHeading(row);
  const cards = row.cards.filter((card) => card.item.id !== without && !card.item.standing?.is_hidden);
  if (cards.length === 0) return null;
  return (
    <Shelf heading={heading} note={note}>
      {cards.map((card) => (
        <ItemCard
          key={card.item.id}
          item={card.item}
          share={card.progress?.share}
          note={<Note card={card} about={row.about} />}
          extra={row.list_id == null ? undefined : <Why listId={row.list_id} item={card.item} />}
        />
      ))}
    </Shelf>
  );
}

function useHeading(row: RowOfTitles): { heading: ReactNode; note?: ReactNode } {
  const { t } = useLingui();
  const people = list(row.people);
  switch (row.name) {
    case "for-you":
      return { heading: t`For you`, note: t`What all that is known of your taste speaks for` };
    case "popular":
      return { heading: t`Loved by many`, note: t`Until this page knows you better` };
    case "continue":
      return { heading: t`Go on`, note: t`What you are in the middle of` };
    case "because":
      return { heading: <Because about={row.about} /> };
    case "saved":
      return { heading: t`Kept for later`, note: t`It waits for you` };
    case "short-tonight":
      return { heading: t`Short enough for tonight`, note: t`Films under 100 minutes, books of a weekend` };
    case "hidden-gems":
      return { heading: t`Hidden gems`, note: t`Much to your taste, and known to few` };
    case "in-your-language":
      return {
        heading: t`In ${language(row.language ?? "")}`,
        note: t`A language you turn to more often than most`,
      };
    case "from-your-people":
      return {
        heading: t`For you and ${people}`,
        note:
          row.people.length === 1
            ? t`New to both of you, and to the taste of both`
            : t`New to all of you, and to the taste of all`,
      };
    case "trending":
      return { heading: t`On the rise here`, note: t`More people than usual turned to these lately` };
    default:
      return { heading: t`For you` };
  }
}

function Because({ about }: { about: ItemView | null }) {
  if (!about) return <Trans>For you</Trans>;
  const title = (
    <Link
      to="/items/$id"
      params={{ id: String(about.id) }}
      className="rounded-md text-accent underline decoration-line decoration-2 underline-offset-6 hover:decoration-accent"
    >
      {about.title}
    </Link>
  );
  return about.kind === "book" ? (
    <Trans>Because you read {title}</Trans>
  ) : (
    <Trans>Because you watched {title}</Trans>
  );
}

function Note({ card, about }: { card: HomeCard; about: ItemView | null }) {
  if (card.progress) return <Progress of={card.progress} />;
  if (card.because) return <>{about ? afterTheTitle(card.because, about.title) : card.because}</>;
  return <>{card.item.genres.slice(0, 3).join(", ")}</>;
}

/** What all cards of a row would begin with stands in its heading. */
function afterTheTitle(because: string, title: string): string {
  const from = because.indexOf(": ", because.indexOf(title) + title.length);
  if (from < 0) return because;
  const rest = because.slice(from + 2);
  return rest.charAt(0).toLocaleUpperCase() + rest.slice(1);
}

function Progress({
  of: { next, last, last_at: at, episodes_seen: seen },
}: {
  of: NonNullable<HomeCard["progress"]>;
}) {
  if (next?.season != null && next.episode != null)
    return (
      <Trans>
        Next: season {next.season}, episode {next.episode}
      </Trans>
    );
  const when = at ? ago(at) : "";
  if (last)
    return (
      <>
        <Plural value={seen} one="# episode seen" other="# episodes seen" />
        {when && `, ${when}`}
      </>
    );
  return at ? <Trans>Begun {when}</Trans> : <Trans>Begun</Trans>;
}
