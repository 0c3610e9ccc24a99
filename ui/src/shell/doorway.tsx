/** What stands around sign-in and welcome: our name, what is to be done, and the wall of covers where there is room. */
import type { ReactNode } from "react";
import { Mark } from "./mark";
import { Wall } from "./wall";

export function Doorway({ children, foot }: { children: ReactNode; foot?: ReactNode }) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <div className="flex min-w-0 flex-col px-5 py-6 sm:px-10 lg:px-14 lg:py-10">
        <header className="flex items-center gap-2.5 text-lg font-semibold">
          <Mark className="size-9" />
          <span className="font-display tracking-tight">Mediatheque</span>
        </header>
        <main id="main" className="mx-auto my-auto flex w-full max-w-md flex-col gap-7 py-12">
          {children}
        </main>
        {foot && <footer className="text-sm text-muted">{foot}</footer>}
      </div>
      <Wall className="sticky top-0 hidden h-dvh lg:block" />
    </div>
  );
}
