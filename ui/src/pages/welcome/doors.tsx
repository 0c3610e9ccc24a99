/** Three doors into an empty library, and where people find what to bring. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { ArrowRight, FileUp, Mic, Sofa } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Command } from "@/kit/command";
import { Guides } from "@/kit/guides";
import { Mark } from "@/shell/mark";

export function Doors({ name }: { name: string }) {
  const { t } = useLingui();
  return (
    <div className="mx-auto flex min-h-dvh max-w-6xl flex-col gap-12 px-5 py-6 sm:px-10 lg:py-10">
      <header className="flex items-center justify-between gap-2">
        <p className="flex items-center gap-2.5 text-lg font-semibold">
          <Mark className="size-9" />
          <span className="font-display tracking-tight">Mediatheque</span>
        </p>
        <Button look="quiet" asChild className="-mr-3 max-sm:px-3">
          <Link to="/">
            <Trans>Your library</Trans>
            <ArrowRight aria-hidden />
          </Link>
        </Button>
      </header>
      <main id="main" className="flex flex-col gap-16">
        <div className="max-w-2xl">
          <h1 className="text-4xl font-semibold sm:text-5xl">
            <Trans>Welcome, {name}</Trans>
          </h1>
          <p className="mt-3 text-lg text-muted">
            <Trans>Three doors lead in. Choose one; the others stay open.</Trans>
          </p>
        </div>
        <ul className="grid gap-5 md:grid-cols-3">
          <Door
            icon={<FileUp />}
            tone="bg-hue-1"
            title={t`Import a history`}
            action={
              <Button look="primary" asChild>
                <Link to="/import">
                  <Trans>Choose files</Trans>
                </Link>
              </Button>
            }
          >
            <Trans>
              Netflix, YouTube, Letterboxd, Goodreads and more: bring their export, and see your taste within
              minutes.
            </Trans>
          </Door>
          <Door
            icon={<Mic />}
            tone="bg-hue-2"
            title={t`Add something`}
            action={
              <Button asChild>
                <Link to="/archive" search={{ add: true }}>
                  <Trans>Add the first</Trans>
                </Link>
              </Button>
            }
          >
            <Trans>
              A link, a file, or your own voice: it becomes text that you can search, and listen to from any
              word.
            </Trans>
          </Door>
          <Door
            icon={<Sofa />}
            tone="bg-hue-4"
            title={t`Look at the demo`}
            action={<Command text={`mediatheque up --demo --port ${demoPort()}`} />}
          >
            <Trans>
              An invented household in a library of its own, so that it never mixes with yours. Run this where
              Mediatheque is installed, and open{" "}
              <span className="font-medium whitespace-nowrap text-ink">localhost:{demoPort()}</span>.
            </Trans>
          </Door>
        </ul>
        <section aria-labelledby="guides" className="flex flex-col gap-4">
          <h2 id="guides" className="text-2xl font-semibold">
            <Trans>Where do I find my export?</Trans>
          </h2>
          <p className="max-w-2xl text-muted">
            <Trans>
              Every service owes you a copy of your own history. Bring the file as it comes; it is read on
              this machine alone, and can be taken back.
            </Trans>
          </p>
          <Guides />
        </section>
      </main>
    </div>
  );
}

/** One above ours, which is taken while this page is open. */
function demoPort(): string {
  return String(Number(window.location.port || 8686) + 1);
}

type DoorProps = { icon: ReactElement; tone: string; title: string; action: ReactNode; children: ReactNode };

function Door({ icon, tone, title, action, children }: DoorProps) {
  return (
    <li className="flex flex-col gap-4 rounded-3xl border border-line bg-surface p-6 shadow-card">
      <span
        aria-hidden
        className={cn(
          "grid h-20 w-14 place-items-center rounded-t-full rounded-b-lg text-paper [&_svg]:size-6",
          tone,
        )}
      >
        {icon}
      </span>
      <h2 className="text-xl font-semibold">{title}</h2>
      <p className="grow text-muted">{children}</p>
      <div>{action}</div>
    </li>
  );
}
