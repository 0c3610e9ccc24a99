/** What stands around every page: navigation, the palette, shortcuts, news. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Link, Outlet, useMatches, useNavigate } from "@tanstack/react-router";
import { Command, LogOut, Menu as MenuIcon, Plus, UserRound } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useMe, useSignOut } from "@/api/session";
import { Button, IconButton } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Keys } from "@/kit/keys";
import { Menu, MenuItem, MenuLine } from "@/kit/menu";
import { Dialog, DialogClose } from "@/kit/overlay";
import { useShortcuts } from "@/kit/shortcuts";
import { Mark } from "./mark";
import { PLACES } from "./places";
import { ShortcutsDialog } from "./shortcuts-dialog";

// Opened by a key, and then needed at once: its code comes when the page is idle.
const Palette = lazy(() => import("./palette"));

export function Shell() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  useShortcuts([
    { keys: "Ctrl+K", name: t`Find or do anything`, run: () => setPaletteOpen((open) => !open) },
    { keys: "?", name: t`Show the shortcuts`, run: () => setHelpOpen(true) },
    ...PLACES.map((place) => ({
      keys: place.keys,
      name: t`Go to ${t(place.name)}`,
      run: () => void navigate({ to: place.to }),
      isGeneral: true,
    })),
  ]);
  const main = useFocusOnArrival();
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="absolute top-2 left-2 z-80 -translate-y-20 rounded-lg bg-ink px-4 py-2 text-paper focus-visible:translate-y-0"
      >
        <Trans>Skip to the content</Trans>
      </a>
      <Sidebar onFind={() => setPaletteOpen(true)} onHelp={() => setHelpOpen(true)} />
      <div className="flex min-w-0 flex-col">
        <TopBar onFind={() => setPaletteOpen(true)} />
        <main
          ref={main}
          id="main"
          tabIndex={-1}
          className="min-w-0 grow px-4 pt-4 pb-28 outline-none sm:px-6 lg:px-10 lg:pt-8 lg:pb-16"
        >
          <Outlet />
        </main>
      </div>
      <BottomBar />
      <ShortcutsDialog open={isHelpOpen} onOpenChange={setHelpOpen} />
      <Suspense>{isPaletteOpen && <Palette onClose={() => setPaletteOpen(false)} />}</Suspense>
    </div>
  );
}

/** The focus follows to another page, as it would to a new document: screen readers then read it from its top. */
function useFocusOnArrival() {
  const main = useRef<HTMLElement>(null);
  const page = useMatches({ select: (matches) => matches.at(-1)?.routeId });
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    // A page that has put the focus somewhere itself keeps it there.
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [page]);
  return main;
}

function Sidebar({ onFind, onHelp }: { onFind: () => void; onHelp: () => void }) {
  const { t } = useLingui();
  return (
    <aside className="sticky top-0 hidden h-dvh flex-col gap-5 border-r border-line bg-surface px-3 py-5 lg:flex">
      <Link to="/" className="flex items-center gap-2.5 rounded-lg px-2 text-lg font-semibold">
        <Mark className="size-8" />
        <span className="font-display tracking-tight">Mediatheque</span>
      </Link>
      <button
        type="button"
        onClick={onFind}
        className="flex items-center gap-2 rounded-xl border border-line bg-paper px-3 py-2 text-sm text-muted hover:border-strong-line"
      >
        <Command aria-hidden className="size-4" />
        <span className="grow text-left">
          <Trans>Find anything</Trans>
        </span>
        <Keys of="Ctrl+K" />
      </button>
      <nav aria-label={t`Main`} className="flex grow flex-col gap-0.5 overflow-y-auto">
        {PLACES.map((place) => (
          <Link
            key={place.to}
            to={place.to}
            activeOptions={{ exact: place.to === "/" }}
            className="group flex items-center gap-3 rounded-xl px-3 py-2 text-sm text-muted transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:font-semibold aria-[current=page]:text-ink"
          >
            <place.icon aria-hidden className="size-4.5 group-aria-[current=page]:text-accent" />
            {t(place.name)}
          </Link>
        ))}
      </nav>
      <Button look="primary" asChild>
        <Link to="/archive" search={{ add: true }}>
          <Plus aria-hidden />
          <Trans>Add something</Trans>
        </Link>
      </Button>
      <Account onHelp={onHelp} />
    </aside>
  );
}

function Account({ onHelp }: { onHelp: () => void }) {
  const { t } = useLingui();
  const me = useMe();
  const navigate = useNavigate();
  const signOut = useSignOut();
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex items-center gap-3 rounded-xl px-2 py-2 text-left text-sm hover:bg-sunken"
        >
          <span
            aria-hidden
            className="grid size-8 shrink-0 place-items-center rounded-full bg-ink font-display font-semibold text-paper"
          >
            {me.name.slice(0, 1).toUpperCase()}
          </span>
          <span className="min-w-0 grow truncate font-medium">{me.name}</span>
        </button>
      }
    >
      <MenuItem icon={<UserRound />} onSelect={() => void navigate({ to: "/settings" })}>
        {t`Your profile`}
      </MenuItem>
      <MenuItem icon={<Command />} keys="?" onSelect={onHelp}>
        {t`Shortcuts`}
      </MenuItem>
      <MenuLine />
      <MenuItem icon={<LogOut />} onSelect={() => signOut.mutate()}>
        {t`Sign out`}
      </MenuItem>
    </Menu>
  );
}

/** Phones: the mark and the way to everything. */
function TopBar({ onFind }: { onFind: () => void }) {
  const { t } = useLingui();
  const me = useMe();
  const signOut = useSignOut();
  return (
    <header className="sticky top-0 z-30 flex items-center gap-2 border-b border-line bg-paper/90 px-4 py-2 backdrop-blur lg:hidden">
      <Link
        to="/"
        className="flex grow items-center gap-2 rounded-lg font-display text-lg font-semibold tracking-tight"
      >
        <Mark className="size-7" />
        Mediatheque
      </Link>
      <IconButton label={t`Find anything`} onClick={onFind}>
        <Command />
      </IconButton>
      <Dialog
        title={me.name}
        trigger={
          <IconButton label={t`More`}>
            <MenuIcon />
          </IconButton>
        }
      >
        <nav aria-label={t`More`} className="grid grid-cols-3 gap-2">
          {PLACES.map((place) => (
            <DialogClose key={place.to} asChild>
              <Link
                to={place.to}
                activeOptions={{ exact: place.to === "/" }}
                className="flex flex-col items-center gap-1.5 rounded-2xl bg-sunken px-2 py-4 text-center text-xs aria-[current=page]:bg-accent-soft aria-[current=page]:font-semibold"
              >
                <place.icon aria-hidden className="size-5" />
                {t(place.name)}
              </Link>
            </DialogClose>
          ))}
        </nav>
        <Button onClick={() => signOut.mutate()}>
          <LogOut aria-hidden />
          <Trans>Sign out</Trans>
        </Button>
      </Dialog>
    </header>
  );
}

function BottomBar() {
  const { t } = useLingui();
  const main = PLACES.filter((place) => place.isMain);
  return (
    <nav
      aria-label={t`Quick`}
      className="fixed inset-x-0 bottom-0 z-30 flex items-stretch justify-around border-t border-line bg-paper/95 px-1 pb-[env(safe-area-inset-bottom)] backdrop-blur lg:hidden"
    >
      {main.slice(0, 2).map((place) => (
        <Tab key={place.to} place={place} />
      ))}
      <Link
        to="/archive"
        search={{ add: true }}
        aria-label={t`Add something`}
        className="-mt-4 grid size-14 place-items-center self-center rounded-full bg-accent text-on-accent shadow-high"
      >
        <Plus aria-hidden className="size-6" />
      </Link>
      {main.slice(2).map((place) => (
        <Tab key={place.to} place={place} />
      ))}
    </nav>
  );
}

function Tab({ place }: { place: (typeof PLACES)[number] }) {
  const { t } = useLingui();
  return (
    <Link
      to={place.to}
      activeOptions={{ exact: place.to === "/" }}
      className={cn(
        "flex min-w-16 flex-col items-center gap-1 rounded-lg py-2.5 text-[0.7rem] text-muted",
        "aria-[current=page]:font-semibold aria-[current=page]:text-accent",
      )}
    >
      <place.icon aria-hidden className="size-5" />
      {t(place.name)}
    </Link>
  );
}
