/** Welcome: the first visitor becomes the administrator; then three doors lead into a library that is still empty. */
import { Trans, useLingui } from "@lingui/react/macro";
import { KeyRound } from "lucide-react";
import { useSession } from "@/api/session";
import { Button } from "@/kit/button";
import { useTitle } from "@/kit/title";
import { Credentials } from "@/shell/credentials";
import { Doorway } from "@/shell/doorway";
import { useEnter } from "@/shell/entering";
import { Doors } from "./doors";

export default function Welcome() {
  const { t } = useLingui();
  useTitle(t`Welcome`);
  const { user } = useSession();
  return user ? <Doors name={user.name} /> : <First />;
}

function First() {
  // The page then shows the doors by itself: somebody is here.
  const enter = useEnter(() => window.scrollTo(0, 0));
  return (
    <Doorway>
      <header>
        <h1 className="text-4xl font-semibold sm:text-5xl">
          <Trans>Your own library of everything</Trans>
        </h1>
        <p className="mt-3 text-lg text-muted">
          <Trans>
            What you watch, read, hear and record: brought together, understood, and searchable to the second.
            It runs on your own machine, and it is yours.
          </Trans>
        </p>
      </header>
      <p className="flex items-start gap-3 rounded-2xl bg-accent-soft p-4 text-sm">
        <KeyRound aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
        <span>
          <Trans>
            You are the first one here, so this account looks after the library. Everybody after you gets one
            of their own.
          </Trans>
        </span>
      </p>
      <Credentials
        isNew
        error={enter.error}
        onSubmit={(name, password) => enter.mutate({ how: "account", name, password })}
      >
        <Button look="primary" size="large" type="submit" aria-disabled={enter.isPending}>
          <Trans>Begin</Trans>
        </Button>
      </Credentials>
    </Doorway>
  );
}
