/** Sign in: with a name and a password, with a new account, or into the demo by its people's names. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useRouter, useSearch } from "@tanstack/react-router";
import { LogIn, UserRoundPlus } from "lucide-react";
import { useState } from "react";
import { useSession } from "@/api/session";
import { Button } from "@/kit/button";
import { useTitle } from "@/kit/title";
import { Credentials } from "@/shell/credentials";
import { Doorway } from "@/shell/doorway";
import { useEnter } from "@/shell/entering";
import { Household } from "./household";

export default function SignIn() {
  const { t } = useLingui();
  useTitle(t`Sign in`);
  const session = useSession();
  const foot = <Trans>Version {session.version}</Trans>;
  return <Doorway foot={foot}>{session.is_demo ? <Household /> : <Door />}</Doorway>;
}

function Door() {
  const router = useRouter();
  const { to } = useSearch({ from: "/outside/sign-in" });
  const { may_register: mayRegister } = useSession();
  const [isNew, setNew] = useState(false);
  const enter = useEnter(() => router.history.replace(isNew ? "/welcome" : (to ?? "/")));

  function change(): void {
    enter.reset();
    setNew(!isNew);
  }

  return (
    <>
      <header>
        <h1 className="text-4xl font-semibold">
          {isNew ? <Trans>Make an account</Trans> : <Trans>Welcome back</Trans>}
        </h1>
        <p className="mt-2 text-muted">
          {isNew ? (
            <Trans>What you watch, read and hear stays yours: others here see it only if you share it.</Trans>
          ) : (
            <Trans>Everything you watched, read, heard and recorded is where you left it.</Trans>
          )}
        </p>
      </header>
      <Credentials
        key={String(isNew)}
        isNew={isNew}
        error={enter.error}
        onSubmit={(name, password) => enter.mutate({ how: isNew ? "account" : "password", name, password })}
      >
        <Button look="primary" size="large" type="submit" aria-disabled={enter.isPending}>
          {isNew ? <UserRoundPlus aria-hidden /> : <LogIn aria-hidden />}
          {isNew ? <Trans>Make the account</Trans> : <Trans>Sign in</Trans>}
        </Button>
      </Credentials>
      {mayRegister ? (
        <p className="text-sm text-muted">
          {isNew ? <Trans>Have an account already?</Trans> : <Trans>New here?</Trans>}{" "}
          <button
            type="button"
            onClick={change}
            className="rounded font-medium text-accent underline-offset-4 hover:underline"
          >
            {isNew ? <Trans>Sign in</Trans> : <Trans>Make an account</Trans>}
          </button>
        </p>
      ) : (
        <p className="text-sm text-muted">
          <Trans>Whoever looks after this library can give you an account, or a new password.</Trans>
        </p>
      )}
    </>
  );
}
