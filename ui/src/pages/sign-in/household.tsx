/** The demo's door: its people are invented, so nobody needs a password to look around as one of them. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useRouter, useSearch } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { useSession } from "@/api/session";
import { cn } from "@/kit/classes";
import { Command } from "@/kit/command";
import { useEnter } from "@/shell/entering";

const GROUNDS = ["bg-hue-2", "bg-hue-4", "bg-hue-5", "bg-hue-6"];

export function Household() {
  const { t } = useLingui();
  const router = useRouter();
  const { members } = useSession();
  const { to } = useSearch({ from: "/outside/sign-in" });
  const enter = useEnter(() => router.history.replace(to ?? "/"));
  if (members.length === 0) return <Nobody />;
  return (
    <>
      <header>
        <h1 className="text-4xl font-semibold">
          <Trans>Look around the demo</Trans>
        </h1>
        <p className="mt-2 text-muted">
          <Trans>
            An invented household with years of films, shows, books and recordings. Change what you like:
            nobody’s own library is touched.
          </Trans>
        </p>
      </header>
      <ul className="flex flex-col gap-3">
        {members.map((name, place) => (
          <li key={name}>
            <button
              type="button"
              aria-disabled={enter.isPending}
              onClick={() => enter.mutate({ how: "demo", name })}
              className="group flex w-full items-center gap-4 rounded-2xl border border-line bg-surface p-4 text-left shadow-card transition-[border-color,transform] duration-150 hover:border-accent active:scale-[0.99]"
            >
              <span
                aria-hidden
                className={cn(
                  "grid size-12 place-items-center rounded-full font-display text-xl font-semibold text-paper",
                  GROUNDS[place % GROUNDS.length],
                )}
              >
                {name.slice(0, 1)}
              </span>
              <span className="grow">
                <span className="block text-lg font-semibold">{t`Enter as ${name}`}</span>
                <span className="block text-sm text-muted">
                  {place === 0 ? (
                    <Trans>also looks after the library</Trans>
                  ) : (
                    <Trans>a member of the household</Trans>
                  )}
                </span>
              </span>
              <ArrowRight
                aria-hidden
                className="size-5 text-muted transition-transform group-hover:translate-x-1 group-hover:text-accent"
              />
            </button>
          </li>
        ))}
      </ul>
      {enter.error && (
        <p role="alert" className="rounded-xl bg-accent-soft px-4 py-3 text-sm">
          {enter.error.message}
        </p>
      )}
      <div className="flex flex-col gap-2 text-sm text-muted">
        <p>
          <Trans>To begin a library of your own, stop the demo and run this instead:</Trans>
        </p>
        <Command text="mediatheque up" />
      </div>
    </>
  );
}

function Nobody() {
  return (
    <>
      <header>
        <h1 className="text-4xl font-semibold">
          <Trans>The household has not moved in yet</Trans>
        </h1>
        <p className="mt-2 text-muted">
          <Trans>Let it move in with this command, and load the page again. It takes about a minute.</Trans>
        </p>
      </header>
      <Command text="mediatheque demo" />
    </>
  );
}
