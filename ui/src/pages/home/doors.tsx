/** What a new person can do beside rating titles: bring a history along, or add something of their own. */
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { AudioLines, FileUp } from "lucide-react";

const DOOR =
  "group flex items-start gap-4 rounded-2xl border border-line bg-surface p-5 shadow-card transition-transform duration-200 hover:-translate-y-0.5";
const ICON = "grid size-11 shrink-0 place-items-center rounded-xl bg-accent-soft text-accent [&_svg]:size-5";

export function Doors() {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Link to="/import" className={DOOR}>
        <span className={ICON}>
          <FileUp aria-hidden />
        </span>
        <span>
          <span className="block font-display text-lg font-semibold group-hover:text-accent">
            <Trans>Bring your history along</Trans>
          </span>
          <span className="text-sm text-muted">
            <Trans>Netflix, YouTube, Letterboxd, Goodreads and more: years of taste in a minute.</Trans>
          </span>
        </span>
      </Link>
      <Link to="/archive" search={{ add: true }} className={DOOR}>
        <span className={ICON}>
          <AudioLines aria-hidden />
        </span>
        <span>
          <span className="block font-display text-lg font-semibold group-hover:text-accent">
            <Trans>Add a recording</Trans>
          </span>
          <span className="text-sm text-muted">
            <Trans>A podcast, a talk, your own voice: it becomes text that you can search and ask.</Trans>
          </span>
        </span>
      </Link>
    </div>
  );
}
